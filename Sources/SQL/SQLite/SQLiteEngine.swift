import GRDB

/// SQLite through GRDB on the system's library: write-ahead log, one writer, several readers, every commit synced.
package final class SQLiteEngine: Engine {
    private let pool: DatabasePool
    private let queue = WriteQueue()

    package var dialect: Dialect { .sqlite }

    /// Opens or creates the file at `path`.
    package init(path: String, readers: Int = 4) throws(DatabaseError) {
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = readers
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -16000") }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // A pool sets NORMAL, which may lose the last commits when the power fails. Credits must not be lost.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch {
            throw DatabaseError(error)
        }
    }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        do {
            return try await pool.read { try body(Transaction(SQLiteConnection($0))) }
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    package func write(_ pending: PendingWrite) {
        guard queue.add(pending) else { return }
        pool.asyncWriteWithoutTransaction { [queue] database in
            let connection = SQLiteConnection(database)
            while case let batch = queue.next(), !batch.isEmpty { connection.perform(batch) }
        }
    }

    package func version() async throws -> String {
        try await read { "SQLite " + (try $0.queryOne("SELECT sqlite_version() AS version")?.get("version") ?? "?") }
    }

    package func close() async {
        queue.close()
        try? await pool.writeWithoutTransaction { _ = try? $0.checkpoint(.passive) }
    }
}
