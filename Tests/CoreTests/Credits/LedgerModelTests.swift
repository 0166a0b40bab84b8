@testable import Core
import Foundation
import SQL
import Testing
import TestSupport

/// Random operations, compared with plain numbers: `LEDGER_STEPS=1000000` for the long form.
struct LedgerModelTests {
    @Test(arguments: TestEngine.available)
    func `after each operation the ledger equals a plain model, and now and then the audit finds nothing`(
        on engine: TestEngine
    ) async throws {
        var chance = Seeded("ledger model on \(engine)", variable: "DARKROOM_TEST_SEED")
        let steps = ProcessInfo.processInfo.environment["LEDGER_STEPS"].flatMap { Int($0) } ?? 4_000
        let ledger = try await LedgerWorld(engine)
        var accounts: [ModelledAccount] = []
        for _ in 0..<16 {
            accounts.append(ModelledAccount(
                id: try await ledger.account(), model: LedgerModel(now: ledger.now), chance: Seeded(chance.next())))
        }
        let rounds = 4

        for _ in 0..<rounds {
            // At once, so that they share commits.
            accounts = try await withThrowingTaskGroup(of: ModelledAccount.self) { [accounts] group in
                for account in accounts {
                    group.addTask {
                        var account = account
                        for _ in 0..<steps / rounds / accounts.count { try await account.step(ledger.database) }
                        return account
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try #require(try await ledger.differences() == [])
        }

        #expect(accounts.reduce(0) { $0 + $1.limited } > 0)
        #expect(accounts.reduce(0) { $0 + $1.short } > 0)
        #expect(accounts.reduce(0) { $0 + $1.indebted } > 0)
    }
}

private struct ModelledAccount: Sendable {
    let id: ID<Account>
    var model: LedgerModel
    var chance: Seeded
    /// Refusals because of a limit, and because of too few credits.
    var limited = 0
    var short = 0
    /// Steps after which credits were owed.
    var indebted = 0

    /// The account in the database, in the transaction of the step.
    private struct Seen: Sendable {
        let balance: Balance
        let owed: Credits
        let lots: [Int64: Int64]
        let refusal: LedgerModel.Refusal?
    }

    mutating func step(_ database: Database) async throws {
        let operation = model.next(&chance)
        let (account, now) = (id, model.now)
        let seen = try await database.write(of: account) { transaction in
            let refusal = try transaction.perform(operation, on: account, now: now)
            return Seen(
                balance: try transaction.ledger.balance(of: account), owed: try transaction.billing.owed(by: account),
                lots: try transaction.openLots(of: account), refusal: refusal)
        }
        let refusal = model.apply(operation)

        let wanted = Seen(
            balance: .of(model.available, model.reserved), owed: Credits(hundredths: model.owed),
            lots: model.lotsByExpiry, refusal: refusal)
        indebted += model.owed > 0 ? 1 : 0
        switch refusal {
        case .limit: limited += 1
        case .credits: short += 1
        case nil: break
        }
        try #require(
            seen.balance == wanted.balance && seen.owed == wanted.owed && seen.lots == wanted.lots
                && seen.refusal == wanted.refusal, "\(operation): \(seen), not \(wanted)")
    }
}

extension Transaction {
    /// The account's row is locked. Returns why it was refused, if it was.
    fileprivate func perform(
        _ operation: LedgerModel.Operation, on account: ID<Account>, now: Instant
    ) throws -> LedgerModel.Refusal? {
        switch operation {
        case .grant(let source, let amount, let expiresAt):
            try ledger.grant(
                source, Credits(hundredths: amount), to: account, key: "test:\(ID<Lot>.make(at: now))",
                expiresAt: expiresAt, now: now)
        case .reserve(let amount, let job):
            return try refusal { try self.reserve(amount, of: account, for: job, now: now) }
        case .settle(let job, let captured): _ = try settle(job, capturing: captured, now: now)
        case .expire: _ = try ledger.expireLots(of: account, limit: 1_000, now: now)
        case .limit(let amount):
            if let amount {
                try spendLimits.set(
                    SpendLimit(scope: .account, period: .day, amount: Credits(hundredths: amount)), of: account,
                    by: .make(at: now), now: now)
            } else {
                try spendLimits.removeLimit(.account, .day, of: account)
            }
            try spendLimits.noteLimits(of: account)
        case .purchase(let id, let amount, let expiresAt):
            try buy(Credits(hundredths: amount), id, account, expiresAt: expiresAt, now)
        case .clawBack(let id, let amount): try move(Credits(hundredths: amount), of: id, now: now)
        case .giveBack(let id, let amount): try move(-Credits(hundredths: amount), of: id, now: now)
        }
        return nil
    }

    private func buy(
        _ credits: Credits, _ id: ID<Purchase>, _ account: ID<Account>, expiresAt: Instant, _ now: Instant
    ) throws {
        let key = "checkout:\(id)"
        let lot = try billing.purchase(credits, as: .purchase, for: account, key: key, expiresAt: expiresAt, now: now)
        try billing.insert(Purchase(
            id: id, account: account, source: .checkout, key: key, item: .pack("small"), credits: credits, lot: lot,
            paid: Money(500, "usd"),
            environment: StripeEnvironment(rawValue: "test"), paymentIntent: nil, refunded: 0, disputed: 0,
            clawedBack: .zero, revision: 0,
            createdAt: now))
    }

    /// Takes credits of a purchase back, or returns them if the number is negative.
    private func move(_ credits: Credits, of id: ID<Purchase>, now: Instant) throws {
        guard let purchase = try billing.purchase(id) else { throw Unexpected("no purchase \(id)") }
        if credits > .zero {
            try billing.clawBack(credits, of: purchase, for: .refund, now: now)
        } else {
            try billing.giveBack(-credits, of: purchase, for: .refund, now: now)
        }
        try billing.record(refunded: 0, disputed: 0, clawedBack: purchase.clawedBack + credits, of: purchase)
    }

    private func refusal(of body: () throws -> Void) throws -> LedgerModel.Refusal? {
        do { try body() } catch let error as SpendLimitReached {
            return .limit(left: error.left.hundredths)
        } catch LedgerError.insufficientCredits(_, let available) {
            return .credits(available: available.hundredths)
        }
        return nil
    }

    fileprivate func openLots(of account: ID<Account>) throws -> [Int64: Int64] {
        let rows = try query("""
            SELECT expires_at, CAST(SUM(remaining) AS BIGINT) AS remaining FROM lots
            WHERE account_id = $1 AND is_open = 1 GROUP BY expires_at
            """, account)
        return Dictionary(uniqueKeysWithValues: try rows.map { row in
            try (
                row.get("expires_at", as: Int64?.self) ?? LedgerModel.Place.never, row.get("remaining", as: Int64.self))
        })
    }
}
