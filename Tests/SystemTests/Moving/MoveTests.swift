import AsyncHTTPClient
import Core
import Foundation
import SQL
import TestSupport
import Testing

/// A stopped installation goes from SQLite to PostgreSQL.
@Suite(.enabled(if: TestEngine.available.contains(.postgres)))
struct MoveTests {
    @Test func `everything arrives, the books balance, and a server goes on where the old one stopped`() async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.05"])
        let old = try await CLIServer(["--sandbox-url", sandbox.url])
        let user = try await old.signUp("ada@example.com")
        let cancelled = try await user.submit("a red dress", ["numImages": 1])
        _ = try await user.delete("/api/jobs/\(cancelled)")
        _ = try await user.end(of: cancelled)
        let retried = try await user.post("/api/jobs/\(cancelled)/retry", [:])
        let before = try await user.end(of: retried.jobID)
        #expect(await old.stop() == 0)
        let target = try await TestEngine.newPostgres()

        let run = try await old.run("move", "--to", target)

        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("The books balance on both sides."))
        #expect(try await differences(between: old.data + "/darkroom.sqlite", and: target) == [])
        let new = try await CLIServer(
            ["--sandbox-url", sandbox.url], environment: ["DARKROOM_DATABASE_URL": target], folder: old.folder)
        let same = APIUser(url: new.url, bearer: user.bearer, client: .shared)
        let after = try await same.job(retried.jobID)
        #expect(after.status == "completed" && after.receipt == before.receipt && after.attempts == before.attempts)
        #expect(try await same.end(of: same.submit("another")).status == "completed")
        #expect(try await new.run("audit", environment: ["DARKROOM_DATABASE_URL": target]).code == 0)
        #expect(await new.stop() == 0)
        await sandbox.stop()
    }

    @Test func `beside a running server, or a worker, nothing is moved`() async throws {
        let target = try await TestEngine.newPostgres()
        let server = try await CLIServer(["--no-worker"])
        let beside = try await server.run("move", "--to", target)
        let worker = try await CLIRun.start(["worker", "--sandbox-url", server.sandboxURL], in: server.folder.path)
        try await worker.waits(for: "working")
        await server.stop()
        let besideWorker = try await server.run("move", "--to", target)
        worker.killAtOnce()
        _ = await worker.exit()
        let afterwards = try await server.run("move", "--to", target)

        for run in [beside, besideWorker] {
            #expect(run.code == 1 && run.errors.contains("has ./data/darkroom.sqlite open"), "\(run.errors)")
        }
        #expect(afterwards.code == 0, "\(afterwards.errors)")
    }

    @Test func `a target that is not empty is left alone`() async throws {
        let server = try await CLIServer(["--no-worker"])
        await server.stop()
        let target = try await TestEngine.newPostgres()
        let first = try await server.run("move", "--to", target)

        let second = try await server.run("move", "--to", target)

        #expect(first.code == 0, "\(first.errors)")
        #expect(second.code == 1 && second.errors.contains("is not empty: the table '"), "\(second.errors)")
        #expect(try await differences(between: server.data + "/darkroom.sqlite", and: target) == [])
    }

    @Test func `books that do not balance are not moved, and secrets are not left behind`() async throws {
        let server = try await CLIServer(["--no-worker"])
        await server.stop()
        let target = try await TestEngine.newPostgres()
        try FileManager.default.moveItem(atPath: server.data + "/secrets.json", toPath: server.data + "/elsewhere")
        let withoutSecrets = try await server.run("move", "--to", target)
        try FileManager.default.moveItem(atPath: server.data + "/elsewhere", toPath: server.data + "/secrets.json")
        try await giveAway(in: server.data + "/darkroom.sqlite")

        let run = try await server.run("move", "--to", target)

        #expect(
            withoutSecrets.code == 1 && withoutSecrets.errors.contains("There is no secrets.json"),
            "\(withoutSecrets.errors)")
        #expect(run.code == 1 && run.errors.contains("Nothing was moved."), "\(run.errors)")
        let there = Database(try PostgresEngine(url: target, writers: 1, readers: 1))
        let users = try? await there.read {
            try $0.queryOne("SELECT COUNT(*) AS count FROM users")?.get("count", as: Int.self)
        }
        #expect(users ?? 0 == 0)
        await there.close()
    }

    @Test func `what names no move is refused with a sentence`() async throws {
        let folder = try TemporaryFolder()

        for (arguments, message) in [
            (["--to", "postgresql://127.0.0.1:1/x"], "There is no database at ./data/darkroom.sqlite"),
            (["--from", "postgresql://x/y", "--to", "postgresql://x/y"], "--from must be sqlite:"),
            (["--to", "mysql://u:hunter2@x"], "--to must be a PostgreSQL URL"),
            ([], "to the PostgreSQL database to move to"),
        ] {
            let run = try await CLIRun.run(["move"] + arguments, in: folder.path)

            #expect(run.code == 2 && run.errors.contains(message), "\(run.errors)")
            #expect(!run.errors.contains("hunter2"))
        }
    }

    /// Credits without an entry.
    private func giveAway(in path: String) async throws {
        let database = Database(try SQLiteEngine(path: path))
        _ = try await database.write(order: .alone) { try $0.execute("UPDATE balances SET available = available + 1") }
        await database.close()
    }

    /// The tables whose rows are not the same on both sides.
    private func differences(between path: String, and url: String) async throws -> [String] {
        let (file, server) = try (
            Database(SQLiteEngine(path: path)), Database(PostgresEngine(url: url, writers: 1, readers: 1))
        )
        var different: [String] = []
        for statement in Self.everything {
            let here = try await file.read { try $0.query(statement.value).map { try $0.get("line", as: String.self) } }
            let there = try await server.read {
                try $0.query(statement.value).map { try $0.get("line", as: String.self) }
            }
            if here != there || here.isEmpty { different.append(statement.key) }
        }
        await file.close()
        await server.close()
        return different
    }

    private static let everything: [String: Statement] = [
        "users": "SELECT id || email || role || created_at AS line FROM users ORDER BY id",
        "balances": """
            SELECT account_id || ' ' || available || ' ' || reserved || ' ' || owed AS line FROM balances ORDER BY \
            account_id
            """,
        "transactions": "SELECT id || kind || key || amount || available_after AS line FROM transactions ORDER BY id",
        "entries": """
            SELECT transaction_id || position || book || amount AS line FROM entries ORDER BY transaction_id, position
            """,
        "plans": "SELECT name || monthly_credits AS line FROM plans ORDER BY name",
    ]
}
