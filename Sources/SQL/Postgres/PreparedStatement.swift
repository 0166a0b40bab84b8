/// A statement that a connection has parsed, and what is known of its answers.
final class PreparedStatement {
    let name: String
    let text: String
    /// The same at each run, so read from the first answer only.
    private var shape: PostgresResult.Shape?

    init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    func outcome(of result: PostgresResult) throws(DatabaseError) -> StatementOutcome {
        let shape = shape ?? result.shape()
        self.shape = shape
        return try result.outcome(shape)
    }
}

/// The prepared statements of one connection, by their text. Bounded: past the limit all are forgotten, which a product
/// with a fixed number of statements does not come to.
struct PreparedStatements {
    static let limit = 1000

    private var all: [String: PreparedStatement] = [:]
    private var made = 0

    var isFull: Bool { all.count >= PreparedStatements.limit }

    subscript(text: String) -> PreparedStatement? { all[text] }

    /// Under a name that was never used before: what is forgotten here may still exist at the server.
    mutating func add(_ text: String) -> PreparedStatement {
        made += 1
        let statement = PreparedStatement(name: "s\(made)", text: text)
        all[text] = statement
        return statement
    }

    mutating func forget(_ text: String) {
        all[text] = nil
    }

    mutating func forgetAll() {
        all.removeAll()
    }
}
