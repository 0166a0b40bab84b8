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
    package let connection: any Connection
    /// How many statements changed something so far.
    package private(set) var writes = 0

    /// Notifications to send once this is committed.
    private var notifications: Set<String> = []

    package init(_ connection: any Connection) {
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
        try execute(statement, values: arguments.map { $0.sqlValue })
    }

    /// As `execute`, for as many values as the caller has.
    @discardableResult
    package func execute(_ statement: Statement, values: [SQLValue]) throws(DatabaseError) -> Int {
        try run(statement, values).changes
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

    /// Notifies what registered with `Database.onCommit` in this process, once the transaction is committed; after a
    /// rollback, nothing.
    ///
    /// - Parameter payload: Without blanks, and of at most 60 bytes. The same payload twice is one notification.
    package func notifyAfterCommit(_ payload: String) {
        notifications.insert(payload)
    }

    /// The notifications so far; the caller sends them after the commit.
    func takeNotifications() -> Set<String> {
        defer { notifications = [] }
        return notifications
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
