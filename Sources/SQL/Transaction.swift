/// A connection inside a transaction. It knows how to run a statement; `Transaction` is what the rest of the product
/// sees.
package protocol Connection {
    var dialect: Dialect { get }
    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome
    /// Runs a statement whose outcome is not needed. Its failure may show at a later call, the commit at the latest.
    func perform(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError)
    /// Runs several statements, separated by semicolons: migrations only.
    func runScript(_ text: String) throws(DatabaseError)
}

extension Connection {
    /// For engines that respond at once.
    package func perform(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) {
        _ = try run(statement, values)
    }
}

package struct StatementOutcome {
    package var rows: [Row]
    package var changes: Int
    /// Whether the statement is of a kind that writes, whatever it changed.
    package var isWrite: Bool

    package init(rows: [Row], changes: Int, isWrite: Bool) {
        self.rows = rows
        self.changes = changes
        self.isWrite = isWrite
    }
}

/// The open transaction that a `read` or `write` closure receives. The product's statements are functions on it, each
/// in its noun's `+Statements` file. It must not leave the closure.
package final class Transaction {
    let connection: any Connection
    /// How many statements have changed something so far.
    private(set) var writes = 0

    init(_ connection: any Connection) {
        self.connection = connection
    }

    package var dialect: Dialect { connection.dialect }

    @discardableResult
    package func query(_ statement: Statement, _ arguments: any SQLConvertible...) throws(DatabaseError) -> [Row] {
        try run(statement, arguments.map { $0.sqlValue }).rows
    }

    /// The first row, for statements that return one or none.
    package func queryOne(_ statement: Statement, _ arguments: any SQLConvertible...) throws(DatabaseError) -> Row? {
        try run(statement, arguments.map { $0.sqlValue }).rows.first
    }

    /// Returns how many rows the statement changed.
    @discardableResult
    package func execute(_ statement: Statement, _ arguments: any SQLConvertible...) throws(DatabaseError) -> Int {
        try run(statement, arguments.map { $0.sqlValue }).changes
    }

    /// Runs a statement that writes and whose outcome is not needed, so that no response is awaited. If it fails, the
    /// transaction fails, here or at the latest at its commit: do not rely on catching it.
    package func perform(_ statement: Statement, _ arguments: any SQLConvertible...) throws(DatabaseError) {
        try perform(statement, values: arguments.map { $0.sqlValue })
    }

    /// As `perform`, for any number of values.
    package func perform(_ statement: Statement, values: [SQLValue]) throws(DatabaseError) {
        // Counted as a change whatever it changed, since its result is not awaited.
        writes += 1
        try connection.perform(statement, values)
    }

    func lock(_ statement: Statement, values: [SQLValue]) throws(DatabaseError) {
        try connection.perform(statement, values)
    }

    /// As `query`, for any number of values.
    @discardableResult
    package func query(_ statement: Statement, values: [SQLValue]) throws(DatabaseError) -> [Row] {
        try run(statement, values).rows
    }

    /// Several statements, separated by semicolons, with no parameters: for migrations, and never with text from
    /// outside.
    package func runScript(_ text: String) throws(DatabaseError) {
        writes += 1
        try connection.runScript(text)
    }

    private func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        let outcome = try connection.run(statement, values)
        if outcome.isWrite, outcome.changes > 0 { writes += 1 }
        return outcome
    }
}
