import HTTPTypes
import Hummingbird
import Synchronization

/// `GET /health/live`: the process responds. `GET /health/ready`: it can do its work, or which part of it cannot.
struct ShowHealth: Sendable {
    private let check: ReadinessCheck
    private let version: String

    init(check: ReadinessCheck, version: String) {
        self.check = check
        self.version = version
    }

    private struct Live: Encodable {
        let status = "ok"
        let version: String
    }

    @Sendable func live(_ request: Request, _ context: AppContext) async throws -> Response {
        .json(Live(version: version))
    }

    private struct Ready: Encodable {
        let status: String
        let parts: [String: String]
    }

    @Sendable func ready(_ request: Request, _ context: AppContext) async throws -> Response {
        let parts = await check()
        let isReady = parts.values.allSatisfy { $0 == ReadinessCheck.ok }
        let body = Ready(status: isReady ? "ok" : "unavailable", parts: parts)
        var response = Response.json(body, status: isReady ? .ok : .serviceUnavailable)
        if !isReady { response.headers[.retryAfter] = "1" }
        return response
    }
}

/// Whether this node still accepts requests.
package final class Readiness: Sendable {
    private let shuttingDown = Mutex(false)

    package init() {}

    package var isShuttingDown: Bool { shuttingDown.withLock { $0 } }

    package func shutDown() { shuttingDown.withLock { $0 = true } }
}
