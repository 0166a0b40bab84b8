@testable import Bench
import Core
import SQL
import TestSupport
import Testing

struct ReplayTests {
    private let accounts = BenchAccounts(count: 3)

    @Test
    func `what changes from one submission to the next is taken out of its statements`() {
        let replay = replay("INSERT INTO jobs VALUES ($1, $2, $3, $4)", [
            .text("01a1fc8e-add0-7da3-87f1-df48b7ffe41e"), accounts.account(1).sqlValue, .integer(7_000_000_002),
            .text("reserve:01a1fc8e-add0-7da3-87f1-df48b7ffe41e"),
        ])

        #expect(replay.steps[0].values == [
            .pieces([.fresh(0)]), .pieces([.account]), .accountSeq, .pieces([.text("reserve:"), .fresh(0)]),
        ])
    }

    @Test
    func `a script for pgbench has no colon that is no variable's`() {
        let script = replay("UPDATE jobs SET a = $1, b = $2, c = $1", [.text(#"{"width":1024,"say":"it's"}"#), .null])
            .script(accounts)

        #expect(script.contains(#"a = E'{"width"\x3a1024,"say"\x3a"it''s"}', b = NULL, c = E'"#))
        #expect(script.contains("BEGIN;"))
    }

    @Test
    func `the statement that locks the account says which event is the next`() {
        let script = replay("SELECT id, event_seq FROM accounts WHERE id = $1", [accounts.account(1).sqlValue]).script(
            accounts)

        #expect(script.contains("WHERE id = ('00000000-0000-7000-8000-' || :account) \\gset locked_"))
    }

    @Test(arguments: TestEngine.available)
    func `a recorded submission names the job's and the account's statements, and no id of its own`(
        on engine: TestEngine
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.database(in: folder.path)
        try await database.write(order: .alone) { [accounts] in try $0.insert(accounts, now: Instant(rawValue: 1)) }

        let replay = try await Recorder(database, accounts).submission()

        #expect(replay.steps.contains { $0.locksAccount })
        #expect(replay.steps.contains { $0.values.contains(.accountSeq) })
        #expect(replay.steps.contains { $0.recorded.statement.text(in: .sqlite).contains("INSERT INTO jobs") })
        await database.close()
    }

    private func replay(_ statement: Statement, _ values: [SQLValue]) -> Replay {
        Replay(
            [RecordedStatement(statement: statement, values: values, isAwaited: true)], of: accounts, number: 1,
            accountSeq: 7_000_000_002, dialect: .sqlite)
    }
}
