@testable import Core
import SQL
import Testing
import TestSupport

/// The migration that stores with a balance all that was ever granted or bought.
struct AllocatedStepTests {
    @Test(arguments: TestEngine.available)
    func `a balance from before the step learns from its ledger what was ever allocated`(
        on engine: TestEngine
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.emptyDatabase(in: folder.path)
        try await Schema.migrator.upTo(7).migrate(database) { 0 }
        try await database.write(order: .alone) { transaction in
            try transaction.runScript("""
                INSERT INTO accounts (id, name, plan, created_at)
                VALUES ('rich', 'R', 'free', 0), ('new', 'N', 'free', 0);
                INSERT INTO balances (account_id, available, reserved, updated_at)
                VALUES ('rich', 900, 0, 0), ('new', 0, 0, 0);
                INSERT INTO lots (id, account_id, source, granted, remaining, created_at)
                VALUES ('lot', 'rich', 'bonus', 1000, 900, 0);
                INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount) VALUES
                    ('given', 0, 'bonuses', NULL, NULL, -700), ('given', 1, 'available', 'rich', 'lot', 700),
                    ('bought', 0, 'purchases', NULL, NULL, -300), ('bought', 1, 'available', 'rich', 'lot', 300),
                    ('spent', 0, 'available', 'rich', 'lot', -100), ('spent', 1, 'revenue', NULL, NULL, 100);
                INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after,
                    created_at) VALUES
                    ('given', 'bonus', 'given', 'rich', 700, 700, 0, 0),
                    ('bought', 'purchase', 'bought', 'rich', 300, 1000, 0, 0),
                    ('spent', 'adjustment', 'spent', 'rich', 100, 900, 0, 0);
                """)
        }

        try await Schema.migrator.migrate(database) { 0 }

        let totals = try await database.read { transaction in
            try ["rich", "new"].map {
                try transaction.ledger.balanceSummary(of: ID(rawValue: $0), now: Instant(seconds: 0)).totalAllocated
            }
        }
        #expect(totals == [.whole(10), .zero])
        #expect(try await LedgerCheck(database)().differences == [])
        await database.close()
    }
}
