@testable import Core
import SQL
import Testing
import TestSupport

/// The migration that gives claw-backs a kind, and bought credits their limits.
struct ClawBacksMigrationTests {
    @Test(arguments: TestEngine.available)
    func `a ledger of before has the same lines, and takes claw-backs from then on`(
        on engine: TestEngine
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try await older(engine, folder)
        let before = try await lines(database)

        #expect(try await Schema.migrator.migrate(database) { 0 }.contains("claw backs"))

        #expect(try await lines(database) == before && before.count == 2)
        try await database.write(order: .alone) { try $0.insertLine("new", kind: "claw_back", at: 1) }
        #expect(try await lines(database).last == "new claw_back new 100")
        #expect(try await LedgerCheck(database)().differences.map(\.subject) == ["new"], "it names no purchase")
        await database.close()
    }

    @Test(arguments: TestEngine.available)
    func `the limits of bought credits are a row, and an operator's own plan of that name stays`(
        on engine: TestEngine
    ) async throws {
        for own in [false, true] {
            let folder = try TemporaryFolder()
            let database = try await older(engine, folder)
            if own {
                try await database.write(order: .alone) { transaction in
                    try transaction.runScript("""
                        INSERT INTO plans (name, monthly_credits, concurrent_jobs, weight, head_start)
                        VALUES ('pay_as_you_go', 0, 7, 1, 0)
                        """)
                }
            }

            _ = try await Schema.migrator.migrate(database) { 0 }

            let plan = try #require(try await database.read { try $0.billing.plan(Plan.payAsYouGo) })
            #expect(plan.concurrentJobs == (own ? 7 : 2) && plan.jobsPerHour == (own ? nil : 60))
            #expect(plan.price == nil && plan.monthlyCredits == .zero)
            await database.close()
        }
    }

    /// With two lines.
    private func older(_ engine: TestEngine, _ folder: TemporaryFolder) async throws -> Database {
        let database = try await engine.emptyDatabase(in: folder.path)
        _ = try await Schema.migrator.upTo(14).migrate(database) { 0 }
        try await database.write(order: .alone) { transaction in
            try transaction.runScript("""
                INSERT INTO accounts (id, name, plan, created_at) VALUES ('ada', 'Ada', 'free', 0);
                INSERT INTO balances (account_id, available, reserved, allocated, updated_at)
                    VALUES ('ada', 300, 0, 200, 0);
                INSERT INTO lots (id, account_id, source, granted, remaining, created_at)
                    VALUES ('lot', 'ada', 'bonus', 300, 300, 0);
                """)
            for id in ["given", "again"] { try transaction.insertLine(id, kind: "bonus") }
        }
        return database
    }

    private func lines(_ database: Database) async throws -> [String] {
        try await database.read { transaction in
            try transaction.query("SELECT id, kind, key, amount FROM transactions ORDER BY created_at, id DESC").map {
                try "\($0.get("id", as: String.self)) \($0.get("kind", as: String.self)) "
                    + "\($0.get("key", as: String.self)) \($0.get("amount", as: Int64.self))"
            }
        }
    }
}

extension Transaction {
    /// A credit that comes into the lot.
    fileprivate func insertLine(_ id: String, kind: String, at time: Int = 0) throws {
        try runScript("""
            INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount) VALUES
                ('\(id)', 0, 'bonuses', NULL, NULL, -100), ('\(id)', 1, 'available', 'ada', 'lot', 100);
            INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
                VALUES ('\(id)', '\(kind)', '\(id)', 'ada', 100, 0, 0, \(time));
            """)
    }
}
