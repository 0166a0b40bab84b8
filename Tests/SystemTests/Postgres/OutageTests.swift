import Core
import Foundation
import TestSupport
import Testing

/// PostgreSQL goes away beneath a server and comes back.
@Suite(.enabled(if: PostgresCluster.isInstalled))
struct OutageTests {
    @Test(arguments: [true, false])
    func `while the database is unavailable requests are asked to retry, and afterwards all goes on`(
        isKilled: Bool
    ) async throws {
        try await PostgresCluster.with { cluster in
            let sandbox = try await RunningSandbox(["--duration", "0.05"])
            try await RunningServer.with(
                .init(sandbox: sandbox, engine: .postgres, environment: ["DARKROOM_DATABASE_URL": cluster.url])
            ) { server in
                let user = try await server.account()
                let before = try await user.end(of: user.submit("before"))

                if isKilled { await cluster.kill() } else { await cluster.stop() }
                try await waits(for: server) { $0.status == 503 }
                let away = try await server.anybody.get("/health/ready")
                let live = try await server.anybody.get("/health/live")
                let refused = try await refusals(of: user, beside: server)
                try await cluster.start()
                try await waits(for: server) { $0.status == 200 }
                let after = try await user.end(of: user.submit("after"))

                #expect(away["parts"]?["database"] == "unavailable" && away["parts"]?["server"] == "ok")
                #expect(away.headers["retry-after"] != nil)
                #expect(live.status == 200)
                for response in refused {
                    #expect(response.status == 503, "\(response.text)")
                    #expect(response.headers["retry-after"].flatMap { Int($0) } ?? 0 > 0)
                }
                #expect(refused[0].code == "unavailable" && refused[1].code == "unavailable")
                #expect(before.status == "completed" && after.status == "completed")
                #expect(try await Traces(of: user, on: server).jobs == 2)
                #expect(try await user.balance() == [994, 0])
                #expect(try await server.run(["audit"]).status == 0)
                #expect(
                    !server.log.contains("postgres@127.0.0.1:") && !server.log.contains("internal error"),
                    "\(server.log)")
            }
            await sandbox.stop()
        }
    }

    @Test
    func `a job that is under way when the database dies is finished when it is back, and paid once`() async throws {
        try await PostgresCluster.with { cluster in
            let sandbox = try await RunningSandbox(["--duration", "1.5"])
            try await RunningServer.with(.init(
                sandbox: sandbox, engine: .postgres,
                environment: ["DARKROOM_DATABASE_URL": cluster.url, "DARKROOM_LEASE_SECONDS": "2"])
            ) { server in
                let user = try await server.account()
                let ids = try await [user.submit("one"), user.submit("two"), user.submit("three")]
                _ = try await user.job(ids[0]) { $0.status == "processing" }

                await cluster.kill()
                try await waits(for: server) { $0.status == 503 }
                try await cluster.start()

                for id in ids { #expect(try await again { try await user.end(of: id) }.status == "completed") }
                #expect(try await user.balance() == [991, 0])
                #expect(try await server.run(["audit"]).status == 0)
            }
            await sandbox.stop()
        }
    }

    @Test func `a server does not start without its database, and says why`() async throws {
        try await PostgresCluster.with { cluster in
            await cluster.stop()
            let folder = try TemporaryFolder()

            let run = try await CLIRun.run(
                ["serve", "--port", "\(FreePorts.block())"], in: folder.path,
                environment: ["DARKROOM_DATABASE_URL": cluster.url])

            #expect(run.code == 1 && run.errors.contains("Connection refused"), "\(run.errors)")
        }
    }

    private func refusals(of user: APIUser, beside server: RunningServer) async throws -> [HTTPResponse] {
        try await [
            user.post("/api/generate", ["prompt": "while away", "resolution": "256x256"]),
            user.get("/api/jobs"),
            server.anybody.post("/auth/v1/signup", ["email": "ada@example.com", "password": "correct horse"]),
        ]
    }

    private func waits(for server: RunningServer, until isReached: (HTTPResponse) -> Bool) async throws {
        _ = try await again {
            let response = try await server.anybody.get("/health/ready")
            guard isReached(response) else { throw Unexpected("ready says \(response.status) \(response.text)") }
        }
    }

    /// Until it does not throw; for a minute at most.
    private func again<Value>(_ body: () async throws -> Value) async throws -> Value {
        let time = Time.system
        let end = time.now() + TestBound.wait
        while true {
            do { return try await body() } catch {
                guard time.now() < end else { throw error }
                try await time.sleep(.milliseconds(50))
            }
        }
    }
}
