import Core
import Foundation
import SQL
import Testing
import TestSupport

/// Three processes and one installation: on PostgreSQL, and on one machine's SQLite, where one of them serves.
@Suite(.serialized)
struct ThreeNodesTests {
    @Test(arguments: TestEngine.available)
    func `a job submitted on one node is worked on another, and its events are seen on the third`(
        on engine: TestEngine
    ) async throws {
        try await withNodes([.front, .worker, .front], on: engine) { nodes in
            let user = try await nodes.account()
            let (here, there) = (user, user.at(nodes.other))

            let seen = try await there.events(
                "/api/events", onStart: { _ = try await here.submit("a red dress") },
                until: { $0.status == "completed" })

            let story = seen.filter { !$0.isProgress }
            #expect(story.map(\.name) == ["queued", "started", "completed"])
            #expect(story.compactMap(\.id) == [1, 2, 3])
            let job = try await there.job(try #require(story.first?.data["jobId"]?.string))
            #expect(job.outputs.count == 1)
            let link = try #require(job.outputs.first?["url"]?.string)
            #expect(try await here.get(link).status == 200, "its file is seen by every node")
            #expect(try await nodes.run(["audit"]).code == 0)
        }
    }

    @Test(arguments: TestEngine.available)
    func `who is cut off goes on at another node, without a hole or a repeat`(on engine: TestEngine) async throws {
        try await withNodes([.front, .worker, .front], on: engine) { nodes in
            let user = try await nodes.account()
            for _ in 0..<4 { _ = try await user.submit("a red dress") }

            var seen: [StreamedEvent] = []
            var last: Int64 = 0
            while last < 12 {
                let stop = min(last + 1 + Int64(seen.count % 3), 12)
                let node = nodes.serving[seen.count % nodes.serving.count]
                seen += try await user.at(node).events("/api/events", after: last, until: { ($0.id ?? 0) >= stop })
                    .filter { !$0.isProgress }
                last = seen.last?.id ?? 12
            }

            #expect(seen.compactMap(\.id) == Array(1...12))
        }
    }

    @Test(arguments: TestEngine.available)
    func `a cancel on one node reaches the work of another`(on engine: TestEngine) async throws {
        try await withNodes([.front, .worker, .front], on: engine) { nodes in
            let user = try await nodes.account()
            let id = try await user.submit("sandbox:slow=300")
            _ = try await user.job(id) { $0.status == "processing" && $0.attempts.first?["status"] == "submitted" }

            #expect(try await user.at(nodes.other).delete("/api/jobs/\(id)").status < 300)

            #expect(try await user.end(of: id).status == "cancelled")
            #expect(try await user.balance() == [1000, 0])
        }
    }

    @Test(arguments: TestEngine.available)
    func `the response that one node stored for an idempotency key, another returns`(
        on engine: TestEngine
    ) async throws {
        try await withNodes([.front, .front], on: engine) { nodes in
            let user = try await nodes.account()
            let headers = ["Idempotency-Key": "the same"]

            let ids = try await [
                user.submit("a hat", headers: headers),
                user.at(nodes.other).submit("a hat", headers: headers),
            ]

            #expect(ids[0] == ids[1])
            #expect(try await user.balance() == [997, 3])
        }
    }

    private func withNodes(
        _ roles: [RunningNode.Role], on engine: TestEngine, _ body: (RunningNodes) async throws -> Void
    ) async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.2", "--fixed-output"])
        let url = engine == .postgres ? try await TestEngine.newPostgres() : nil
        try await RunningNodes.with(roles, databaseURL: url, sandbox: sandbox, body)
        await sandbox.stop()
    }
}
