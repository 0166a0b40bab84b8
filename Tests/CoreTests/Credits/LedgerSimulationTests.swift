@testable import Core
import SQL
import Testing
import TestSupport

struct LedgerSimulationTests {
    @Test(arguments: TestEngine.available)
    func `after thousands of operations by chance, the ledger is what a plain model says, and the audit is clean`(
        on engine: TestEngine
    ) async throws {
        var chance = Seeded("ledger simulation", variable: "DARKROOM_TEST_SEED")
        let ledger = try await LedgerWorld(engine)
        var accounts: [SimulatedAccount] = []
        for _ in 0..<4 { accounts.append(SimulatedAccount(id: try await ledger.account(), chance: Seeded(chance.next()))) }

        for _ in 0..<600 {
            // At once, so that they share commits.
            accounts = try await withThrowingTaskGroup(of: (Int, SimulatedAccount).self) { group in
                for (index, account) in accounts.enumerated() {
                    group.addTask {
                        var account = account
                        try await step(ledger, account.id, &account.model, &account.chance)
                        return (index, account)
                    }
                }
                return try await group.reduce(into: accounts) { $0[$1.0] = $1.1 }
            }
            ledger.world.clock.advance(by: .milliseconds(chance.number(1...20_000)))
        }

        for account in accounts {
            let (id, model) = (account.id, account.model)
            #expect(try await ledger.balance(of: id) == .of(model.available, model.reserved))
            #expect(try await lots(of: id, ledger) == model.lots.filter { $0.value > 0 })
        }
        #expect(try await ledger.differences() == [])
    }

    private func step(_ ledger: LedgerWorld, _ account: ID<Account>, _ model: inout ModelAccount, _ chance: inout Seeded) async throws {
        switch chance.number(0...9) {
        case 0...1:
            let amount = chance.number(1...3_000)
            let expiry = chance.happens(oneIn: 3) ? nil : ledger.now + .milliseconds(chance.number(1...3_000_000))
            try await ledger.grant(amount, to: account, expiresAt: expiry)
            model.lots[expiry?.rawValue ?? .max, default: 0] += amount
        case 2...5:
            let amount = chance.number(0...900)
            do throws(any Error) {
                let job = try await ledger.reserve(amount, of: account)
                #expect(model.available >= amount)
                model.reserve(amount, for: job)
            } catch LedgerError.insufficientCredits(let required, let available) {
                #expect(required == Credits(hundredths: amount))
                #expect(available == Credits(hundredths: model.available))
                #expect(amount > model.available)
            }
        default:
            guard let job = model.open.keys.sorted().randomElement(using: &chance) else { return }
            let reserved = model.open[job]?.reduce(0) { $0 + $1.amount } ?? 0
            let captured = chance.happens(oneIn: 3) ? 0 : chance.happens(oneIn: 2) ? reserved : chance.number(0...reserved)
            #expect(try await ledger.settle(job, capturing: captured)?.released == Credits(hundredths: reserved - captured))
            model.settle(job, capturing: captured, now: ledger.now)
        }
    }

    private func lots(of account: ID<Account>, _ ledger: LedgerWorld) async throws -> [Int64: Int64] {
        let lots = try await ledger.database.read {
            try $0.query("SELECT expires_at, remaining FROM lots WHERE account_id = $1 AND remaining > 0", account)
                .map { try ($0.get("expires_at", as: Int64?.self) ?? .max, $0.get("remaining", as: Int64.self)) }
        }
        return Dictionary(lots, uniquingKeysWith: +)
    }
}

private struct SimulatedAccount: Sendable {
    let id: ID<Account>
    var model = ModelAccount()
    var chance: Seeded
}

/// What an account has, by when it expires: lots that expire together are one here.
private struct ModelAccount: Sendable {
    var lots: [Int64: Int64] = [:]
    var open: [ID<Job>: [(expiry: Int64, amount: Int64)]] = [:]

    var available: Int64 { lots.values.reduce(0, +) }
    var reserved: Int64 { open.values.joined().reduce(0) { $0 + $1.amount } }

    mutating func reserve(_ amount: Int64, for job: ID<Job>) {
        var missing = amount
        var parts: [(Int64, Int64)] = []
        for expiry in lots.keys.sorted() where missing > 0 {
            let taken = min(lots[expiry] ?? 0, missing)
            guard taken > 0 else { continue }
            lots[expiry, default: 0] -= taken
            missing -= taken
            parts.append((expiry, taken))
        }
        open[job] = parts
    }

    mutating func settle(_ job: ID<Job>, capturing captured: Int64, now: Instant) {
        var left = captured
        for part in open.removeValue(forKey: job) ?? [] {
            let taken = min(part.amount, left)
            left -= taken
            let expiry = part.expiry > now.rawValue ? part.expiry : (now + .seconds(7 * 86_400)).rawValue
            lots[expiry, default: 0] += part.amount - taken
        }
    }
}
