import Core
import Foundation
package import SQL

/// The engines that a behavior is tested on.
package enum TestEngine: String, Sendable, CaseIterable {
    case sqlite, postgres

    /// The engines that this run has. SQLite is always there; `scripts/with-postgres` adds the other.
    package static let available: [TestEngine] = postgresURL == nil ? [.sqlite] : [.sqlite, .postgres]

    package static var postgresURL: String? { ProcessInfo.processInfo.environment["DARKROOM_TEST_POSTGRES"] }

    /// An empty database with the current schema: a file in `folder`, or a database of its own in the cluster.
    package func database(in folder: String) async throws -> Database {
        try await nodes(1, in: folder)[0]
    }

    /// One without a schema, for tests of migrations.
    package func emptyDatabase(in folder: String) async throws -> Database {
        switch self {
        case .sqlite: Database(try SQLiteEngine(path: TestEngine.file(in: folder)))
        case .postgres: Database(try PostgresEngine(url: try await TestEngine.newPostgres(), writers: 2, readers: 2))
        }
    }

    /// One database with the current schema, opened once per node.
    package func nodes(_ count: Int, in folder: String) async throws -> [Database] {
        switch self {
        case .sqlite:
            let path = TestEngine.file(in: folder)
            try await MigratedDatabase.copySQLite(to: path)
            return try (0..<count).map { _ in Database(try SQLiteEngine(path: path)) }
        case .postgres:
            let address = try await MigratedDatabase.clonePostgres()
            return try (0..<count).map { _ in Database(try PostgresEngine(url: address, writers: 2, readers: 2)) }
        }
    }

    private static func file(in folder: String) -> String { folder + "/darkroom.sqlite" }

    /// Whether this is `make torture`, which also runs what takes minutes.
    package static let isTorture = ProcessInfo.processInfo.environment["TORTURE_SECONDS"] != nil

    /// The address of an empty schema of its own, for tests that open it themselves.
    package static func newPostgres() async throws -> String {
        guard let url = TestEngine.postgresURL else { throw Unexpected("DARKROOM_TEST_POSTGRES is not set") }
        let schema = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let maker = Database(try PostgresEngine(url: url, writers: 1, readers: 1))
        try await maker.makeSchema(schema)
        await maker.close()
        return url + "?options=-csearch_path%3D" + schema
    }

    /// The engine of the servers that many tests share; the tests of the whole system run once on each.
    package static var ofSharedServers: TestEngine {
        ProcessInfo.processInfo.environment["DARKROOM_TEST_SERVERS"].flatMap { TestEngine(rawValue: $0) } ?? .sqlite
    }
}

extension Database {
    /// - Parameter name: Letters, digits and underscores from the tests themselves.
    fileprivate func makeSchema(_ name: String) async throws {
        try await write(order: .alone) { try $0.runScript("CREATE SCHEMA \(name)") }
    }
}

/// A folder that is removed when the value is deinitialized.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "darkroom-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
