import Core
import Foundation
import SQL
import Testing
import TestSupport

/// What survives a stop and a start.
@Suite(.serialized)
struct ShutdownTests {
    @Test
    func `a server that is asked to stop finishes its requests, releases its work and exits cleanly`() async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.05", "--fixed-output"])
        try await RunningServer.with(.init(sandbox: sandbox)) { server in
            let user = try await server.account()
            let slow = try await user.submit("sandbox:slow=10")
            let (streaming, begin) = AsyncStream.makeStream(of: Void.self)
            async let stream = user.events("/api/jobs/\(slow)/events", onStart: { begin.finish() })
            for await _ in streaming {}
            async let load = ShutdownTests.submitUntilRefused(user, server)
            _ = try await user.job(slow) { $0.attempts.first?["status"] == "submitted" }

            let status = await server.terminate()
            let completed = try await load
            let seen = try await stream.compactMap(\.id)

            #expect(status == 0, "\(server.log.suffix(1500))")
            #expect(completed.allSatisfy { $0.status == 202 }, "\(completed.last?.text ?? "")")
            #expect(try await ShutdownTests.leases(server) == 0, "nothing is held by the dead")

            try await server.start()
            let rest = try await user.events("/api/jobs/\(slow)/events", after: seen.last).compactMap(\.id)
            for response in completed { #expect(try await user.end(of: response.jobID).status == "completed") }

            #expect(seen + rest == [1, 2, 3])
            #expect(try await server.run(["audit"]).status == 0)
        }
        await sandbox.stop()
    }

    @Test
    func `a submission that is under way at a stop is finished, so that its outcome is known`() async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.05", "--fixed-output"])
        try await RunningServer.with(.init(sandbox: sandbox)) { server in
            let user = try await server.account()
            // The submission gets its response when the work is done.
            let id = try await user.submit("sandbox:webhook-first sandbox:slow=5")
            _ = try await user.job(id) { $0.attempts.first?["status"] == "submitting" }

            #expect(await server.terminate() == 0)
            try await server.start()
            let job = try await user.end(of: id)

            #expect(job.status == "completed" && job.attempts.count == 1)
            #expect(!server.log.contains("no response to submission"), "\(server.log)")
        }
        await sandbox.stop()
    }

    @Test func `sessions, keys, links and streams go on after a restart`() async throws {
        try await RunningServer.with { server in
            let administrator = try await server.administrator()
            let key = try await administrator.post("/api/keys", ["name": "app"])["key"]?.string
            let user = APIUser(url: server.url, bearer: key, client: server.client)
            let first = try await user.end(of: user.submit("before"))
            let link = try #require(first.outputs.first?["url"]?.string)
            let before = try await user.events("/api/events", after: 0, until: { $0.status == "completed" })

            #expect(await server.terminate() == 0)
            try await server.start()
            let second = try await user.submit("after")
            let after = try await user.events(
                "/api/events", after: before.last?.id, until: { $0.status == "completed" })

            #expect(try await administrator.get("/auth/v1/user").status == 200)
            #expect(try await server.anybody.get(link).status == 200)
            #expect((before + after).filter { !$0.isProgress }.compactMap(\.id) == [1, 2, 3, 4, 5, 6])
            #expect(after.allSatisfy { $0.data["jobId"]?.string == second })
        }
    }

    @Test func `a stop while nothing goes on is clean, and the folder can be served again`() async throws {
        try await RunningServer.with { server in
            #expect(await server.terminate() == 0)
            let log = server.log
            #expect(!log.contains("error") && !log.contains("Fatal"), "\(log)")
            try await server.start()
        }
    }

    /// Submits one after the other until the server takes no more: the responses that arrived whole.
    private static func submitUntilRefused(_ user: APIUser, _ server: RunningServer) async throws -> [HTTPResponse] {
        var responses: [HTTPResponse] = []
        for index in 0..<1000 {
            guard
                let response = try? await user.post(
                    "/api/generate", ["prompt": .string("dress \(index)"), "resolution": "256x256"]),
                response.status != 429
            else { break }
            responses.append(response)
        }
        return responses
    }

    private static func leases(_ server: RunningServer) async throws -> Int {
        try await server.withDatabase { database in
            try await database.read { transaction in
                try transaction.queryOne("SELECT COUNT(*) AS count FROM attempts WHERE lease IS NOT NULL")?.get("count")
                    ?? -1
            }
        }
    }
}
