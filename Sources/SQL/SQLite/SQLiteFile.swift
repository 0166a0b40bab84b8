import GRDB

/// A database's file as such, while others may work on it.
package enum SQLiteFile {
    /// Whether another process, or this one, has it open. A server that was killed has not, whatever files it left.
    ///
    /// SQLite leaves its write-ahead log mode only if nobody else has the database open, so it is switched out of it,
    /// and back.
    package static func isOpen(_ path: String) throws(DatabaseError) -> Bool {
        do {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.writeWithoutTransaction { database in
                do {
                    try database.execute(sql: "PRAGMA journal_mode = DELETE")
                } catch let error as GRDB.DatabaseError where error.resultCode == .SQLITE_BUSY {
                    return true
                }
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                return false
            }
        } catch {
            throw DatabaseError(error)
        }
    }

    /// Reads a file that nobody else has open, and leaves its bytes unchanged.
    package static func read<Value>(_ path: String, _ body: (Transaction) throws -> Value) throws -> Value {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { try body(Transaction(SQLiteConnection($0))) }
    }

    /// Writes a copy of the database at one instant to `target`, which must not exist. Writers go on meanwhile.
    package static func copy(_ path: String, to target: String) throws(DatabaseError) {
        do {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [target]) }
        } catch {
            throw DatabaseError(error)
        }
    }
}
