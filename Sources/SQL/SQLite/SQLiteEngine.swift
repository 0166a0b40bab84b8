import GRDB

/// SQLite through GRDB on the system's library: write-ahead log, one writer, several readers, every commit synced.
package final class SQLiteEngine: Engine {
    private let pool: DatabasePool
    private let inlineReaders: SQLiteInlineReaders
    private let queue = WriteQueue(sharesAll: true)
    private let statements = SQLiteStatements()

    package var dialect: Dialect { .sqlite }

    /// Opens or creates the file at `path`.
    ///
    /// - Parameter busyTimeout: How long a write waits for another process that holds the database.
    package init(path: String, readers: Int = 4, busyTimeout: Duration = .seconds(10)) throws(DatabaseError) {
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.maximumReaderCount = readers
        configuration.prepareDatabase {
            try $0.execute(sql: "PRAGMA cache_size = -16000")
            // Without it, INSERT OR REPLACE would delete past the triggers that protect ledger lines.
            try $0.execute(sql: "PRAGMA recursive_triggers = ON")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction {
                // A pool sets NORMAL, which may lose the last commits when the power fails. Credits must not be lost.
                try $0.execute(sql: "PRAGMA synchronous = FULL")
                // Pages that every write changes are then copied into the file once for hundreds of commits.
                try $0.execute(sql: "PRAGMA wal_autocheckpoint = 8000")
                try $0.execute(sql: "PRAGMA cache_size = -64000")
            }
            inlineReaders = try SQLiteInlineReaders(path: path, count: 2, configuration)
        } catch {
            throw DatabaseError(error)
        }
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        if let refusal = queue.refusal { throw refusal }
        do {
            return try await pool.read { try body(Transaction(SQLiteConnection($0))) }
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    package func readInline<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        if let refusal = queue.refusal { throw refusal }
        do {
            return try inlineReaders.read(body)
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    package func write(_ pending: PendingWrite) {
        guard queue.add(pending) else { return }
        pool.asyncWriteWithoutTransaction { [queue, statements] database in
            let connection = SQLiteConnection(database, statements)
            var batch = queue.next()
            while !batch.isEmpty {
                connection.perform(batch)
                batch = queue.next(after: batch)
            }
        }
    }

    package func listen(
        while isWanted: @escaping @Sendable () -> Bool, _ receive: @escaping @Sendable (DatabaseNotification) -> Void
    ) {
        SQLiteChanges(pool, isClosed: { [queue] in queue.refusal != nil }, isWanted: isWanted, receive: receive).start()
    }

    package func version() async throws -> String {
        try await read { "SQLite " + (try $0.queryOne("SELECT sqlite_version() AS version")?.get("version") ?? "?") }
    }

    package func check() async throws -> [String] {
        try await read { transaction in
            var problems: [String] = []
            let mode = try transaction.queryOne("PRAGMA journal_mode")?.get("journal_mode", as: String.self)
            if mode != "wal" { problems.append("The journal mode is \(mode ?? "unknown") instead of wal.") }
            let found = try transaction.query("PRAGMA quick_check(10)").map {
                try $0.get("quick_check", as: String.self)
            }
            if found != ["ok"] { problems += found }
            let orphans = try transaction.query("PRAGMA foreign_key_check").count
            if orphans > 0 { problems.append("\(orphans) rows refer to rows that do not exist.") }
            return problems
        }
    }

    package func close() async {
        queue.close()
        inlineReaders.close()
        // Leaves everything in the one file. If another process still reads, its own close will do so.
        try? await pool.writeWithoutTransaction { _ = try? $0.checkpoint(.truncate) }
    }
}
