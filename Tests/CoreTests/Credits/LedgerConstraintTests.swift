@testable import Core
import SQL
import Testing
import TestSupport

/// What the database refuses, whatever the program does.
struct LedgerConstraintTests {
    /// A statement that a program could run, and why each engine refuses it.
    struct Attack: Sendable, CustomTestStringConvertible {
        let statement: String
        let kind: DatabaseError.Kind
        /// The message of SQLite's trigger and of PostgreSQL's; empty if it is the engine's own.
        var message = ("", "")
        var engines: Set<TestEngine> = [.sqlite, .postgres]

        var testDescription: String { statement }

        static let changed = ("a ledger entry never changes", "a ledger line never changes")
        static let deleted = ("a ledger entry is never deleted", "a ledger line never changes and is never deleted")
        static let transactionChanged = ("a ledger transaction never changes", "a ledger line never changes")
        static let transactionDeleted =
            ("a ledger transaction is never deleted", "a ledger line never changes and is never deleted")
        static let closed = ("takes no more entries", "takes no more entries")
        static let once = ("a reservation ends once", "a reservation ends once")
    }

    private static let attacks: [Attack] = [
        Attack(statement: "UPDATE entries SET amount = amount + 1", kind: .trigger, message: Attack.changed),
        Attack(statement: "DELETE FROM entries", kind: .trigger, message: Attack.deleted),
        Attack(
            statement: "INSERT OR REPLACE INTO entries SELECT * FROM entries", kind: .trigger, message: Attack.closed,
            engines: [.sqlite]),
        Attack(
            statement: """
                INSERT INTO entries SELECT * FROM entries WHERE true
                ON CONFLICT (transaction_id, position) DO UPDATE SET amount = 1
                """, kind: .trigger, message: Attack.changed, engines: [.postgres]),
        Attack(statement: "UPDATE transactions SET amount = 0", kind: .trigger, message: Attack.transactionChanged),
        Attack(statement: "DELETE FROM transactions", kind: .trigger, message: Attack.transactionDeleted),
        Attack(
            statement: "INSERT OR REPLACE INTO transactions SELECT * FROM transactions", kind: .trigger,
            message: Attack.transactionDeleted, engines: [.sqlite]),
        Attack(
            statement: """
                INSERT INTO transactions SELECT * FROM transactions WHERE true ON CONFLICT (id) DO UPDATE SET amount = 1
                """, kind: .trigger, message: Attack.transactionChanged, engines: [.postgres]),
        Attack(
            statement: """
                INSERT INTO entries (transaction_id, position, book, amount)
                SELECT id, 100, 'revenue', 1 FROM transactions LIMIT 1
                """, kind: .trigger, message: Attack.closed),
        Attack(statement: "UPDATE balances SET available = -1", kind: .check),
        Attack(statement: "UPDATE balances SET reserved = -1", kind: .check),
        Attack(statement: "UPDATE lots SET remaining = -1", kind: .check),
        Attack(statement: "UPDATE lots SET remaining = granted + 1", kind: .check),
        Attack(
            statement: "UPDATE reservations SET captured = 1, released = 0, ended_at = 5 WHERE ended_at IS NULL",
            kind: .check),
        Attack(statement: "UPDATE reservations SET captured = 1 WHERE ended_at IS NULL", kind: .check),
        Attack(
            statement: "UPDATE reservations SET ended_at = NULL, captured = 0, released = 0 WHERE ended_at IS NOT NULL",
            kind: .trigger,
            message: Attack.once),
        Attack(
            statement: "UPDATE reservations SET captured = amount, released = 0 WHERE ended_at IS NOT NULL",
            kind: .trigger,
            message: Attack.once),
        Attack(statement: "DELETE FROM lots", kind: .foreignKey),
    ]

    @Test(arguments: TestEngine.available, attacks)
    func `the ledger's rows are protected from any statement`(on engine: TestEngine, attack: Attack) async throws {
        guard attack.engines.contains(engine) else { return }
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account)
        try await ledger.settle(ledger.reserve(300, of: account), capturing: 100)
        try await ledger.reserve(300, of: account)

        let error = await #expect(throws: DatabaseError.self) {
            try await ledger.database.write(order: .alone) {
                _ = try $0.execute(Statement(stringLiteral: attack.statement))
            }
        }

        let message = engine == .sqlite ? attack.message.0 : attack.message.1
        #expect(error?.kind == attack.kind)
        #expect(message.isEmpty || error?.message.contains(message) == true)
        #expect(try await ledger.balance(of: account) == .of(600, 300))
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available, [[("available", 5), ("bonuses", -4)], []] as [[(String, Int)]])
    func `a transaction whose entries do not sum to zero, or that has none, is refused`(
        on engine: TestEngine, entries: [(String, Int)]
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account)

        let error = await #expect(throws: DatabaseError.self) {
            try await ledger.database.write(order: .alone) { transaction in
                for (position, entry) in entries.enumerated() {
                    try transaction.insertEntry(position, entry.0, entry.1, account)
                }
                try transaction.insertTransactionRow(account)
            }
        }

        #expect(error?.kind == .trigger)
        #expect(error?.message.contains("must sum to zero") == true)
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `entries without their transaction cannot be committed`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account)

        let error = await #expect(throws: DatabaseError.self) {
            try await ledger.database.write(order: .alone) { transaction in
                try transaction.insertEntry(0, "available", 5, account)
                try transaction.insertEntry(1, "bonuses", -5, account)
            }
        }

        #expect(error?.kind == .foreignKey)
        #expect(try await ledger.differences() == [])
    }
}

extension Transaction {
    fileprivate func insertEntry(_ position: Int, _ book: String, _ amount: Int, _ account: ID<Account>) throws {
        try execute("""
            INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount)
            SELECT 'new', CAST($1 AS BIGINT), $2, CASE WHEN $2 = 'available' THEN $3 END,
                CASE WHEN $2 = 'available' THEN (SELECT MIN(id) FROM lots) END, CAST($4 AS BIGINT)
            """, position, book, account, amount)
    }

    fileprivate func insertTransactionRow(_ account: ID<Account>) throws {
        try execute("""
            INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
            VALUES ('new', 'bonus', 'new', $1, 5, 5, 0, 0)
            """, account)
    }
}
