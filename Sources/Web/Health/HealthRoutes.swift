package import Core
import HTTPTypes
package import Hummingbird
package import SQL
import Synchronization

/// `GET /health/live`: the process answers. `GET /health/ready`: it can do its work, and says which part cannot.
package struct HealthRoutes: Sendable {
    private let database: Database
    private let store: any FileStore
    private let readiness: Readiness
    private let version: String

    package init(database: Database, store: any FileStore, readiness: Readiness, version: String) {
        self.database = database
        self.store = store
        self.readiness = readiness
        self.version = version
    }

    private struct Live: Encodable {
        let status = "ok"
        let version: String
    }

    @Sendable package func live(_ request: Request, _ context: AppContext) async throws -> Response {
        .json(Live(version: version))
    }

    private struct Ready: Encodable {
        let status: String
        let parts: [String: String]
    }

    @Sendable package func ready(_ request: Request, _ context: AppContext) async throws -> Response {
        var parts = ["server": readiness.isShuttingDown ? "shutting down" : "ok"]
        do {
            _ = try await database.read { try $0.queryOne("SELECT 1 AS one") }
            parts["database"] = "ok"
        } catch { parts["database"] = "away" }
        do {
            _ = try await store.check()
            parts["files"] = "ok"
        } catch { parts["files"] = "cannot be written" }
        let isReady = parts.values.allSatisfy { $0 == "ok" }
        return .json(Ready(status: isReady ? "ok" : "unavailable", parts: parts), status: isReady ? .ok : .serviceUnavailable)
    }
}

/// Whether this node still wants requests.
package final class Readiness: Sendable {
    private let shuttingDown = Mutex(false)

    package init() {}

    package var isShuttingDown: Bool { shuttingDown.withLock { $0 } }

    package func shutDown() { shuttingDown.withLock { $0 = true } }
}
