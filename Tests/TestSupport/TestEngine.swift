import Core
import Foundation
package import SQL

/// The engines that a behaviour is tested on.
package enum TestEngine: String, Sendable, CaseIterable {
    case sqlite

    /// Those that this machine has. SQLite is always there.
    package static let available: [TestEngine] = [.sqlite]


    /// An empty database with today's schema, in `folder`.
    package func database(in folder: String) async throws -> Database {
        let database = Database(try SQLiteEngine(path: folder + "/darkroom.sqlite"))
        try await Schema.migrator.migrate(database) { 0 }
        return database
    }
}

/// A folder that is gone when the value is let go of.
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
