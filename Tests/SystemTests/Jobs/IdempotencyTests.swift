import Core
import Foundation
import Testing
import TestSupport

extension OneServer {
    struct IdempotencyTests {
        private let server: RunningServer
        private let body: JSON = ["prompt": "a red dress", "resolution": "256x256"]

        init() throws { server = try OneServer.server() }

        @Test func `the same key and body return the stored response, another body is refused`() async throws {
            let user = try await server.account()
            let key = ["idempotency-key": "order 66"]

            let first = try await user.post("/api/generate", body, headers: key)
            let again = try await user.post("/api/generate", body, headers: key)
            let other = try await user.post("/api/generate", ["prompt": "a blue dress"], headers: key)

            #expect(first.status == 202 && again.status == 202 && again.bytes == first.bytes)
            #expect(first.headers["idempotent-replayed"] == nil && again.headers["idempotent-replayed"] == "true")
            #expect(other.status == 409 && other.code == "idempotency_key_reused" && other.field == "Idempotency-Key")
            let traces = try await Traces(of: user, on: server)
            #expect(traces.jobs == 1 && traces.reservations == 1 && traces.idempotencyKeys == 1)
        }

        @Test func `twenty at once with one key are one job`() async throws {
            let user = try await server.account()

            let responses = try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
                for _ in 0..<20 {
                    group.addTask { [body] in
                        try await user.post("/api/generate", body, headers: ["idempotency-key": "one"])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(responses.allSatisfy { $0.status == 202 } && Set(responses.map(\.jobID)).count == 1)
            #expect(responses.count { $0.headers["idempotent-replayed"] == nil } == 1)
            #expect(try await Traces(of: user, on: server).jobs == 1)
        }

        @Test func `a key is an account's own, and a refusal does not use it up`() async throws {
            let (poor, rich) = (try await server.account(credits: 0), try await server.account())
            let key = ["idempotency-key": "one"]

            let refused = try await poor.post("/api/generate", body, headers: key)
            let taken = try await rich.post("/api/generate", body, headers: key)
            let wrong = try await rich.post("/api/generate", ["prompt": ""], headers: ["idempotency-key": "two"])
            let right = try await rich.post("/api/generate", body, headers: ["idempotency-key": "two"])

            #expect(refused.status == 402 && taken.status == 202 && wrong.status == 422 && right.status == 202)
            #expect(try await Traces(of: poor, on: server) == .none)
        }

        @Test func `a batch is taken whole or not at all`() async throws {
            let user = try await server.account(credits: 8)

            let tooMuch = try await user.post("/api/generate", ["jobs": [body, body, body]])
            let before = try await Traces(of: user, on: server)
            let enough = try await user.post("/api/generate", ["jobs": [body, body]])

            #expect(tooMuch.status == 402 && tooMuch["error"]?["required"]?.number == 9 && before == .none)
            #expect(enough.status == 202 && enough["jobs"]?.array?.count == 2)
        }
    }
}
