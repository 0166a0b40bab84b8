package import Core
package import SQL

/// Looks at the parts that a request needs, now and not from memory.
package struct PartsCheck: Sendable {
    package static let ok = "ok"

    private let database: Database
    private let store: any FileStore
    private let readiness: Readiness

    package init(database: Database, store: any FileStore, readiness: Readiness) {
        self.database = database
        self.store = store
        self.readiness = readiness
    }

    /// Each part by its name: `ok`, or what is wrong with it.
    package func callAsFunction() async -> [String: String] {
        var parts = ["server": readiness.isShuttingDown ? "shutting down" : Self.ok]
        do {
            _ = try await database.read { try $0.queryOne("SELECT 1 AS one") }
            parts["database"] = Self.ok
        } catch { parts["database"] = "away" }
        do {
            _ = try await store.check()
            parts["files"] = Self.ok
        } catch { parts["files"] = "cannot be written" }
        return parts
    }
}
