import Core

/// One call of the API: how it is asked for, and what it does at a desk.
struct Route: Sendable {
    typealias Operation = @Sendable (Store) -> (Call) throws -> JSON

    let method: APIRequest.Method
    /// The path's parts; `:id` is any.
    let pattern: [Substring]
    let operation: Operation

    init(_ method: APIRequest.Method, _ pattern: String, _ operation: @escaping Operation) {
        self.method = method
        self.pattern = pattern.split(separator: "/")
        self.operation = operation
    }

    /// The id that the path names, or an empty one where it names none; nothing where it is another's.
    func id(in path: [Substring]) -> String? {
        guard path.count == pattern.count else { return nil }
        var id = ""
        for (part, wanted) in zip(path, pattern) {
            if wanted == ":id" { id = String(part) } else if part != wanted { return nil }
        }
        return id
    }
}
