import GRDB

/// What the one writing connection has prepared of the statements that are written out once. GRDB finds its own by their
/// text, which for a statement of many rows takes longer than to run it. It belongs to the writer's queue.
final class SQLiteStatements {
    private var all: [ObjectIdentifier: (statement: GRDB.Statement, written: WrittenStatement)] = [:]

    func prepared(_ statement: Statement, in database: GRDB.Database) throws -> GRDB.Statement? {
        guard let written = statement.identity else { return nil }
        if let known = all[ObjectIdentifier(written)] { return known.statement }
        let made = try database.makeStatement(sql: Dialect.sqlite.parameters(in: written.sqlite))
        all[ObjectIdentifier(written)] = (made, written)
        return made
    }
}
