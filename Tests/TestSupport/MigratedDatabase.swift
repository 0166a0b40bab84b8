import CLibpq
import Core
import Dispatch
import Foundation
import SQL

/// Databases with the current schema, migrated once in a process and copied for each test.
enum MigratedDatabase {
    /// Puts a copy of the migrated file at `path`, where there is none yet.
    static func copySQLite(to path: String) async throws {
        try FileManager.default.copyItem(atPath: try await sqlite.value.path + "/darkroom.sqlite", toPath: path)
    }

    /// Makes a database like the migrated one, and returns its address.
    static func clonePostgres() async throws -> String {
        let template = try await postgres.value
        let name = unusedName
        try await PostgresMaintenance.shared.run("CREATE DATABASE \(name) TEMPLATE \(template)")
        return try address(of: name)
    }

    private static let sqlite = Task {
        let folder = try TemporaryFolder()
        let database = Database(try SQLiteEngine(path: folder.path + "/darkroom.sqlite"))
        try await Schema.migrator.migrate(database) { 0 }
        // The last to close the file moves the write-ahead log into it.
        await database.close()
        return folder
    }

    private static let postgres = Task {
        let name = unusedName
        try await PostgresMaintenance.shared.run("CREATE DATABASE \(name)")
        let database = Database(try PostgresEngine(url: try address(of: name), writers: 1, readers: 1))
        try await Schema.migrator.migrate(database) { 0 }
        // Nobody may be connected to what is copied.
        await database.close()
        return name
    }

    private static var unusedName: String { "test_" + UUID().uuidString.lowercased().replacing("-", with: "") }

    private static func address(of name: String) throws -> String {
        guard let url = TestEngine.postgresURL, let slash = url.lastIndex(of: "/") else {
            throw Unexpected("DARKROOM_TEST_POSTGRES is not set, or names no database")
        }
        return url[...slash] + name
    }
}

/// One connection for what PostgreSQL refuses inside a transaction, which is all that the product's engine has.
private final class PostgresMaintenance: Sendable {
    static let shared = PostgresMaintenance()

    private let queue = DispatchQueue(label: "postgres-maintenance")

    func run(_ statement: String) async throws {
        guard let url = TestEngine.postgresURL else { throw Unexpected("DARKROOM_TEST_POSTGRES is not set") }
        // libpq waits on the thread, which must not be one of the pool's.
        let problem: String? = await withCheckedContinuation { continuation in
            queue.async {
                let connection = PQconnectdb(url)
                defer { PQfinish(connection) }
                let result = PQexec(connection, statement)
                defer { PQclear(result) }
                let isDone = PQresultStatus(result) == PGRES_COMMAND_OK
                continuation.resume(returning: isDone ? nil : String(cString: PQerrorMessage(connection)))
            }
        }
        if let problem { throw Unexpected("\(statement): \(problem)") }
    }
}
