import GRDB

/// The statements with fixed text that one connection has prepared, with the names of their columns. GRDB finds its own
/// by their text, which takes longer for a statement of many rows than running it.
///
/// It never leaves its connection's queue: that is why it may be sent there.
final class SQLiteStatements: @unchecked Sendable {
    struct Prepared {
        let statement: GRDB.Statement
        let columns: Row.Columns
        /// Kept alive, so that no other object takes its identity.
        fileprivate let written: WrittenStatement
    }

    private var all: [ObjectIdentifier: Prepared] = [:]

    func prepared(_ statement: Statement, in database: GRDB.Database) throws -> Prepared? {
        guard let written = statement.identity else { return nil }
        if let known = all[ObjectIdentifier(written)] { return known }
        let made = try database.makeStatement(sql: Dialect.sqlite.parameters(in: written.sqlite))
        let prepared = Prepared(statement: made, columns: Row.Columns(made.columnNames), written: written)
        all[ObjectIdentifier(written)] = prepared
        return prepared
    }

    /// Prepares the statement again for its next run. SQLite reports the failure of a statement once more when it is
    /// reset: kept, it would fail the next one that runs it.
    func forget(_ statement: Statement) {
        guard let written = statement.identity else { return }
        all[ObjectIdentifier(written)] = nil
    }
}
