import Core
import Foundation
import Logging
import SQL

#if canImport(Glibc)
import Glibc
#endif

extension App {
    /// The database as it is, its folder made where there is none.
    static func openUnmigrated(_ settings: Settings) async throws -> Database {
        try prepareDataFolder(settings.data)
        switch settings.database {
        case .sqlite(let path): return Database(try SQLiteEngine(path: path))
        case .postgres(let address): return try await open(address, connections: settings.connections)
        }
    }

    /// For commands beside a server, which must not create an installation because of a misspelled name.
    static func openExisting(_ settings: Settings) async throws -> Database {
        let database = try await openFound(settings)
        do {
            // Not taken here: a server of an older version may be running.
            let pending = try await Schema.migrator.pending(database)
            guard pending.count < Schema.migrator.count else {
                throw Failure(
                    .usage, "\(settings.database.shown) has no Darkroom tables. Start a server first.")
            }
            guard pending.isEmpty else {
                throw Failure(.failed, """
                    The schema of the database is older than this program. Run 'darkroom migrate', or restart the \
                    server.
                    """)
            }
            return database
        } catch {
            await database.close()
            throw error
        }
    }

    /// The database, which must exist, with any schema.
    static func openFound(_ settings: Settings) async throws -> Database {
        switch settings.database {
        case .sqlite(let path):
            if let refusal = PathState(path).refusalOfDatabase(path) { throw refusal }
            guard access(path, R_OK | W_OK) == 0 else {
                throw Failure(.failed, """
                    This user may not read and write the database \(path). Run the command as its owner.
                    """)
            }
            return Database(try SQLiteEngine(path: path))
        case .postgres(let address):
            return try await open(address, connections: 2)
        }
    }

    /// With today's schema. Where another node is bringing it up to date, that is waited for.
    static func openMigrated(_ settings: Settings, time: Time, logger: Logger) async throws -> Database {
        let database = try await openUnmigrated(settings)
        do {
            let waits: @Sendable () -> Void = {
                logger.notice("waiting for another node to migrate the database schema")
            }
            try await Schema.migrator.migrate(database, waits: waits) { time.now().milliseconds }
            return database
        } catch {
            await database.close()
            throw error
        }
    }

    /// Makes the folder where there is none. What is made from now on is for this user only.
    static func prepareDataFolder(_ folder: String) throws {
        umask(0o077)
        if let refusal = PathState(folder).refusalOfDataFolder(folder) { throw refusal }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(.failed, """
                The data folder \(folder) cannot be created. Choose another folder with --data, or give this user \
                write permission there.
                """)
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw Failure(.failed, """
                The data folder \(folder) is not writable. Give this user write permission there, or choose another \
                folder with --data.
                """)
        }
    }

    /// Reports at once, in one sentence, that a database is unavailable or cannot hold an installation.
    static func open(_ address: PostgresAddress, connections: Int) async throws -> Database {
        let database = Database(
            try PostgresEngine(url: address.url, writers: connections - connections / 2, readers: connections / 2))
        do {
            if let problem = try await database.engine.check().first {
                throw Failure(.failed, "The database at \(address.shown) cannot be used: \(problem)")
            }
            return database
        } catch {
            await database.close()
            throw (error as? DatabaseError).map { Failure(postgres: $0, at: address) } ?? error
        }
    }
}

extension Failure {
    /// PostgreSQL's own message, which names the host and the user and no password.
    init(postgres error: DatabaseError, at address: PostgresAddress) {
        let reason = error.message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        self.init(
            .failed,
            "The database at \(address.shown) cannot be used: \(reason)"
                + (reason.hasSuffix(".") || reason.hasSuffix("?") ? "" : "."))
    }
}

extension Settings {
    /// Secrets lie where every node finds them.
    func secretsStore(_ database: Database, time: Time) -> SecretsStore {
        self.database.isShared ? .database(database, time: time) : .folder(data)
    }
}
