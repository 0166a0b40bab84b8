import AsyncHTTPClient
import Core
import Foundation
import SQL
import Synchronization
import Testing
import TestSupport

/// New versions come one node at a time, while people go on working.
@Suite(.serialized)
struct RollingRestartTests {
    /// On SQLite a folder has one server.
    @Test(.enabled(if: RunningProxy.isInstalled && TestEngine.available.contains(.postgres)))
    func `nodes restarted one by one behind a proxy lose nothing and return no 5xx`() async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.1", "--concurrency", "8", "--fixed-output"])
        let proxy = try await RunningProxy()
        let url = try await TestEngine.newPostgres()
        let environment = ["DARKROOM_SHUTDOWN_GRACE_SECONDS": "1"]
        try await RunningNodes.with(
            [.server, .server, .server], databaseURL: url, sandbox: sandbox, publicURL: proxy.url,
            environment: environment
        ) { nodes in
            try await proxy.run(before: nodes.all.map(\.port)) {
                let made = try await nodes.account(credits: 10_000)
                let user = APIUser(url: proxy.url, bearer: made.bearer, account: made.account, client: .shared)
                let people = Visitors(user)

                let seen = try await withThrowingTaskGroup(of: [Int64].self) { group in
                    group.addTask { try await people.follow() }
                    for _ in 0..<3 { group.addTask { await people.comeAndGo(); return [] } }
                    for node in nodes.all {
                        await people.responses(20)
                        let status = await node.terminate()
                        #expect(status == 0, "\(node.log.suffix(1000))")
                        try await node.start()
                    }
                    await people.responses(20)
                    people.leave()
                    return try await group.reduce(into: []) { $0 += $1 }
                }

                #expect(people.failures == [], "\(proxy.log.suffix(1000))")
                for id in people.jobs { #expect(try await user.end(of: id).status == "completed") }
                #expect(seen == seen.indices.map { Int64($0) + 1 }, "its events, without a hole or a repeat")
                #expect(try await nodes.run(["audit"]).code == 0)
            }
        }
        await sandbox.stop()
    }

    @Test
    func `a server that is to stop says so first, serves on for its grace, and takes nothing after it`() async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.05", "--fixed-output"])
        let environment = ["DARKROOM_SHUTDOWN_GRACE_SECONDS": "15"]
        try await RunningServer.with(.init(sandbox: sandbox, environment: environment)) { server in
            let user = try await server.account()

            async let status = server.terminate()
            while try await server.anybody.get("/health/ready").status == 200 {
                try await Time.system.sleep(.milliseconds(20))
            }
            let ready = try await server.anybody.get("/health/ready")
            let job = try await user.end(of: user.submit("in its grace"))
            let exit = await status

            #expect(ready.status == 503 && ready["parts"]?["server"] == "shutting down")
            #expect(job.status == "completed")
            #expect(exit == 0)
            await #expect(throws: (any Error).self) { try await server.anybody.get("/health/live") }
        }
        await sandbox.stop()
    }
}

/// People who submit and look, and one who watches, until they leave.
private final class Visitors: Sendable {
    private struct State {
        var jobs: [String] = []
        var responses = 0
        var failures: [String] = []
        var hasLeft = false
    }

    private let user: APIUser
    private let state = Mutex(State())

    init(_ user: APIUser) {
        self.user = user
    }

    var jobs: [String] { state.withLock { $0.jobs } }
    var failures: [String] { state.withLock { $0.failures } }

    func leave() { state.withLock { $0.hasLeft = true } }

    /// Until so many more have a response.
    func responses(_ count: Int) async {
        let goal = state.withLock { $0.responses } + count
        while state.withLock({ $0.responses < goal && $0.failures.isEmpty }) {
            do { try await Time.system.sleep(.milliseconds(20)) } catch { return }
        }
    }

    func comeAndGo() async {
        while !state.withLock({ $0.hasLeft }) {
            do {
                let response = try await user.post(
                    "/api/generate", ["prompt": "a red dress", "resolution": "256x256"],
                    headers: ["Idempotency-Key": UUID().uuidString])
                let look = try await user.get("/api/credits/balance")
                // A full queue is a response too; the next one waits longer.
                if response.status == 429 { try await Time.system.sleep(.milliseconds(200)) }
                state.withLock { state in
                    state.responses += 1
                    if response.status == 202 { state.jobs.append(response.jobID) }
                    for response in [response, look]
                    where response.status >= 500 || (response.status != 429 && response.status >= 400) {
                        state.failures.append("\(response.status) \(response.text)")
                    }
                }
                try await Time.system.sleep(.milliseconds(30))
            } catch {
                state.withLock { $0.failures.append("\(error)") }
                return
            }
        }
    }

    /// The ids of the account's events, by as many streams as it takes.
    func follow() async throws -> [Int64] {
        let ids = Mutex<[Int64]>([])
        while !state.withLock({ $0.hasLeft }) {
            let last = ids.withLock { $0.last ?? 0 }
            _ = try await user.events("/api/events", after: last, until: { event in
                if let id = event.id { ids.withLock { $0.append(id) } }
                return self.state.withLock { $0.hasLeft }
            })
        }
        return ids.withLock { $0 }
    }
}
