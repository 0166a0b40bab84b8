import Core
import Foundation
import SQL

/// An installation for one bench: a data folder, a database, accounts with keys.
struct BenchBed: Sendable {
    let engine: BenchEngine
    let folder: String
    /// Nil on SQLite, whose file lies in the folder.
    let databaseURL: String?
    let accounts: BenchAccounts

    /// Its database, as a process of its own would open it.
    func open() throws -> Database {
        guard let databaseURL else { return Database(try SQLiteEngine(path: folder + "/darkroom.sqlite")) }
        return Database(try PostgresEngine(url: databaseURL))
    }

    /// With today's schema and the accounts.
    func fill() async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let database = try open()
        do {
            try await Schema.migrator.migrate(database) { Time.system.now().milliseconds }
            let now = Time.system.now()
            try await database.write(order: .alone) { [accounts] in try $0.insert(accounts, now: now) }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    /// The settings of a server on it.
    var environment: [String: String] {
        var environment = ["DARKROOM_LOG_LEVEL": "error", "DARKROOM_ADMIN_PASSWORD": "measured-and-thrown-away"]
        if let databaseURL {
            environment["DARKROOM_DATABASE_URL"] = databaseURL
            environment["DARKROOM_FILES"] = folder + "/shared"
        }
        return environment
    }
}
