import Core

/// One call of the API: its method and path, and its operation on the store.
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

    /// The id in the path, or an empty one if the pattern has none; nil if the path does not match.
    func id(in path: [Substring]) -> String? {
        guard path.count == pattern.count else { return nil }
        var id = ""
        for (part, wanted) in zip(path, pattern) {
            if wanted == ":id" { id = String(part) } else if part != wanted { return nil }
        }
        return id
    }
}
