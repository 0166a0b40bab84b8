import HTTPTypes
package import Hummingbird
import Synchronization

/// `GET /health/live`: the process answers. `GET /health/ready`: it can do its work, and says which part cannot.
package struct HealthRoutes: Sendable {
    private let check: PartsCheck
    private let version: String

    package init(check: PartsCheck, version: String) {
        self.check = check
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
        let parts = await check()
        let isReady = parts.values.allSatisfy { $0 == PartsCheck.ok }
        var response = Response.json(Ready(status: isReady ? "ok" : "unavailable", parts: parts), status: isReady ? .ok : .serviceUnavailable)
        if !isReady { response.headers[.retryAfter] = "1" }
        return response
    }
}

/// Whether this node still wants requests.
package final class Readiness: Sendable {
    private let shuttingDown = Mutex(false)

    package init() {}

    package var isShuttingDown: Bool { shuttingDown.withLock { $0 } }

    package func shutDown() { shuttingDown.withLock { $0 = true } }
}
