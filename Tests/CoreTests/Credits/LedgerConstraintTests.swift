@testable import Core
import SQL
import Testing
import TestSupport

/// What the database refuses, whatever the program does.
struct LedgerConstraintTests {
    @Test(arguments: [
        ("UPDATE entries SET amount = amount + 1", DatabaseError.Kind.trigger, "a ledger entry never changes"),
        ("DELETE FROM entries", .trigger, "a ledger entry is never deleted"),
        ("INSERT OR REPLACE INTO entries SELECT * FROM entries", .trigger, "takes no more entries"),
        ("UPDATE transactions SET amount = 0", .trigger, "a ledger transaction never changes"),
        ("DELETE FROM transactions", .trigger, "a ledger transaction is never deleted"),
        ("INSERT OR REPLACE INTO transactions SELECT * FROM transactions", .trigger, "a ledger transaction is never deleted"),
        ("""
            INSERT INTO entries (transaction_id, position, book, amount) SELECT id, 100, 'revenue', 1 FROM transactions LIMIT 1
            """, .trigger, "takes no more entries"),
        ("UPDATE balances SET available = -1", .check, ""),
        ("UPDATE balances SET reserved = -1", .check, ""),
        ("UPDATE lots SET remaining = -1", .check, ""),
        ("UPDATE lots SET remaining = granted + 1", .check, ""),
        ("UPDATE reservations SET captured = 1, released = 0, ended_at = 5 WHERE ended_at IS NULL", .check, ""),
        ("UPDATE reservations SET captured = 1 WHERE ended_at IS NULL", .check, ""),
        ("UPDATE reservations SET ended_at = NULL, captured = 0, released = 0 WHERE ended_at IS NOT NULL", .trigger, "a reservation ends once"),
        ("UPDATE reservations SET captured = amount, released = 0 WHERE ended_at IS NOT NULL", .trigger, "a reservation ends once"),
        ("DELETE FROM lots", .foreignKey, ""),
    ])
    func `the ledger's rows are kept from any statement`(text: String, kind: DatabaseError.Kind, words: String) async throws {
        let ledger = try await LedgerWorld()
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account)
        try await ledger.settle(ledger.reserve(300, of: account), capturing: 100)
        try await ledger.reserve(300, of: account)

        let error = await #expect(throws: DatabaseError.self) {
            try await ledger.database.write(order: .alone) { _ = try $0.execute(Statement(stringLiteral: text)) }
        }

        #expect(error?.kind == kind)
        #expect(words.isEmpty || error?.message.contains(words) == true)
        #expect(try await ledger.balance(of: account) == .of(600, 300))
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: [
        ([("available", 5), ("bonuses", -4)], "must sum to zero"),
        ([], "must sum to zero"),
    ] as [([(String, Int)], String)])
    func `a transaction whose entries do not sum to zero, or that has none, is refused`(entries: [(String, Int)], words: String) async throws {
        let ledger = try await LedgerWorld()
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account)

        let error = await #expect(throws: DatabaseError.self) {
            try await ledger.database.write(order: .alone) { transaction in
                for (position, entry) in entries.enumerated() { try transaction.insertEntry(position, entry.0, entry.1, account) }
                try transaction.insertTransactionRow(account)
            }
        }

        #expect(error?.kind == .trigger)
        #expect(error?.message.contains(words) == true)
        #expect(try await ledger.differences() == [])
    }

    @Test func `entries without their transaction do not come through the commit`() async throws {
        let ledger = try await LedgerWorld()
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
            SELECT 'new', $1, $2, CASE WHEN $2 = 'available' THEN $3 END,
                CASE WHEN $2 = 'available' THEN (SELECT MIN(id) FROM lots) END, $4
            """, position, book, account, amount)
    }

    fileprivate func insertTransactionRow(_ account: ID<Account>) throws {
        try execute("""
            INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
            VALUES ('new', 'bonus', 'new', $1, 5, 5, 0, 0)
            """, account)
    }
}
