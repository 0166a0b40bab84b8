import AsyncHTTPClient
import Core
import Foundation
import TestSupport
import Testing

/// `DARKROOM_DATABASE_URL` is all it takes.
@Suite(.enabled(if: TestEngine.available.contains(.postgres)))
struct PostgresServerTests {
    @Test
    func `a server alone works with its own sandbox, and stores no database or secrets in its folder`() async throws {
        try await RunningServer.with(.init(engine: .postgres)) { server in
            let user = try await server.account()

            let job = try await user.end(of: user.submit("a red dress"))

            #expect(job.status == "completed")
            let names = try FileManager.default.contentsOfDirectory(atPath: server.folder)
            #expect(Set(names) == ["files", "sandbox", "server.json", "server.lock"])
            #expect(try await server.run(["audit"]).status == 0)
        }
    }

    @Test func `every command beside it works on the same database`() async throws {
        try await RunningServer.with(.init(engine: .postgres, arguments: ["--no-worker"])) { server in
            let made = try await server.run(["admin", "create-user", "ada@example.com"])
            let granted = try await server.run(["admin", "grant", "ada@example.com", "5"])
            let migrated = try await server.run(["migrate"])
            let doctor = try await server.run(["doctor"])
            let generated = try await server.run(["generate", "a hat", "--async"])

            #expect(
                made.status == 0 && granted.output.contains("Balance: 15.00 available"),
                "\(made.errors)\(granted.errors)")
            #expect(migrated.output == "The schema is up to date.\n")
            #expect(doctor.status == 0, "\(doctor.output)")
            for text in [
                "ok      secrets       readable, in the database.", "ok      database      PostgreSQL 1",
                "ok      files", "info    nodes",
            ] {
                #expect(doctor.output.contains(text), "\(doctor.output)")
            }
            #expect(
                generated.status == 0 && generated.output.contains("\"status\":\"queued\""),
                "\(generated.output)\(generated.errors)")
        }
    }

    @Test
    func `nodes that start at once on an empty database are one installation with one administrator`() async throws {
        let database = try await TestEngine.newPostgres()
        let folder = try TemporaryFolder()
        let environment = ["DARKROOM_DATABASE_URL": database, "DARKROOM_FILES": folder.path + "/files"]

        let nodes = try await withThrowingTaskGroup(of: CLIServer.self) { group in
            for _ in 0..<3 { group.addTask { try await CLIServer(environment: environment) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let keys = try await keySets(of: nodes)
        let administrators = nodes.count { $0.log.contains("First administrator") }
        let user = try await nodes[0].signUp("ada@example.com")
        let seen = try await APIUser(url: nodes[2].url, bearer: user.bearer, client: .shared).get(
            "/api/credits/balance")

        #expect(keys.count == 1)
        #expect(administrators == 1)
        #expect(seen.status == 200)
        for node in nodes { #expect(await node.stop() == 0) }
    }

    @Test func `a node that does not see the others' files is refused, and doctor says so`() async throws {
        try await RunningServer.with(.init(engine: .postgres, arguments: ["--no-worker"])) { server in
            let folder = try TemporaryFolder()
            let environment = [
                "DARKROOM_DATABASE_URL": server.databaseURL ?? "", "DARKROOM_FILES": folder.path + "/other",
            ]

            let serve = try await CLIRun.run(
                ["serve", "--port", "\(FreePorts.block())"], in: folder.path, environment: environment)
            let worker = try await CLIRun.run(["worker"], in: folder.path, environment: environment)
            let doctor = try await CLIRun.run(["doctor"], in: folder.path, environment: environment)

            for run in [serve, worker] {
                #expect(run.code == 1)
                #expect(
                    run.errors.contains("The folder of files differs from the one that the other nodes"),
                    "\(run.errors)")
            }
            #expect(doctor.code == 1 && doctor.output.contains("PROBLEM files"), "\(doctor.output)")
        }
    }

    @Test(arguments: [
        "postgresql://nobody:hunter2@127.0.0.1:1/x", "postgresql://postgres:hunter2@127.0.0.1:PORT/there-is-none",
    ])
    func `a database that cannot be opened is reported in a sentence without its password`(
        pattern: String
    ) async throws {
        let folder = try TemporaryFolder()
        let port = try await TestEngine.newPostgres().split(separator: "127.0.0.1:")[1].prefix { $0 != "/" }
        let environment = ["DARKROOM_DATABASE_URL": pattern.replacing("PORT", with: port)]

        for command in [["serve", "--port", "\(try await FreePorts.block())"], ["audit"], ["doctor"], ["migrate"]] {
            let run = try await CLIRun.run(command, in: folder.path, environment: environment)

            #expect(run.code == 1, "\(command)")
            #expect((run.errors + run.output).contains("The database at postgresql://"), "\(run.errors)\(run.output)")
            #expect(!(run.errors + run.output).contains("hunter2"))
            #expect(run.errors.split(separator: "\n").count <= 1, "\(run.errors)")
        }
    }

    @Test func `a sandbox of its own serves nodes that have its key, and nobody else`() async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.05", "--key", "shared"])
        for (key, state) in [("shared", "completed"), ("wrong", "failed")] {
            try await RunningServer.with(
                .init(sandbox: sandbox, engine: .postgres, environment: ["DARKROOM_SANDBOX_KEY": key])
            ) { server in
                let user = try await server.account()

                let job = try await user.end(of: user.submit("a red dress"))

                #expect(job.status == state, "\(job)")
            }
        }
        await sandbox.stop()
    }

    private func keySets(of nodes: [CLIServer]) async throws -> Set<String> {
        var sets: Set<String> = []
        for node in nodes { sets.insert(try await node.anybody.get("/auth/v1/.well-known/jwks.json").text) }
        return sets
    }
}
