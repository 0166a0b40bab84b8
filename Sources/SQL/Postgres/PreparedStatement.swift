/// A statement that a connection has parsed, and what is known of its results.
final class PreparedStatement {
    let name: String
    let text: String
    fileprivate let written: WrittenStatement?
    /// The same at each run, so read from the first result only.
    private var shape: PostgresResult.Shape?

    init(name: String, text: String, written: WrittenStatement?) {
        self.name = name
        self.text = text
        self.written = written
    }

    func outcome(of result: PostgresResult) throws(DatabaseError) -> StatementOutcome {
        let shape = shape ?? result.shape()
        self.shape = shape
        return try result.outcome(shape)
    }
}

/// The prepared statements of one connection, by their text. Bounded: past the limit all are forgotten, a limit that a
/// product with a fixed number of statements does not reach.
struct PreparedStatements {
    static let limit = 1000

    private var all: [String: PreparedStatement] = [:]
    private var written: [ObjectIdentifier: PreparedStatement] = [:]
    private var made = 0

    var isFull: Bool { all.count >= PreparedStatements.limit }

    subscript(statement: Statement) -> PreparedStatement? {
        if let identity = statement.identity { return written[ObjectIdentifier(identity)] }
        return all[statement.text(in: .postgres)]
    }

    /// Under a name that was never used before: what is forgotten here may still exist on the server.
    mutating func add(_ statement: Statement) -> PreparedStatement {
        made += 1
        let text = statement.text(in: .postgres)
        let prepared = PreparedStatement(name: "s\(made)", text: text, written: statement.identity)
        all[text] = prepared
        if let identity = statement.identity { written[ObjectIdentifier(identity)] = prepared }
        return prepared
    }

    mutating func forget(_ statement: PreparedStatement) {
        all[statement.text] = nil
        if let identity = statement.written { written[ObjectIdentifier(identity)] = nil }
    }

    mutating func forgetAll() {
        all.removeAll()
        written.removeAll()
    }
}
