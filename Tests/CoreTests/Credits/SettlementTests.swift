@testable import Core
import SQL
import Testing
import TestSupport

/// How reservations are booked and end, many at a time.
struct SettlementTests {
    @Test(arguments: TestEngine.available)
    func `reservations that are booked together take from each account's lots what was decided`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let (ada, bob) = (try await world.account(credits: 5), try await world.account(credits: 100))
        let now = world.clock.now
        try await world.database.write(order: .alone) {
            try $0.ledger.grant(
                .grant, .whole(15), to: ada.account, key: "plan", expiresAt: now + .seconds(60), now: now)
        }
        let request = JobRequest(kind: .textToImage, parameters: ["prompt": "a"])

        _ = try await world.submitJob([request, request, request], by: ada)
        try await world.submit(for: bob)

        #expect(try await world.balance(of: ada) == .of(200, 1_800))
        #expect(try await world.balance(of: bob) == .of(9_400, 600))
        // The plan's credits expire, so they are spent first; the third job needs some of the others.
        #expect(try await reserved(world, of: ada) == ["grant 6.00", "grant 6.00", "grant 3.00", "bonus 3.00"])
        let lines = try await world.database.read {
            try $0.ledger.history(of: ada.account, .init(kind: .reserve), before: nil, limit: 9)
        }
        #expect(Set(lines.map { "\($0.amount) \($0.availableAfter) \($0.reservedAfter)" }) == [
            "6.00 14.00 6.00", "6.00 8.00 12.00", "6.00 2.00 18.00",
        ])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `settlements of several accounts at once are each booked after the one before`(
        on engine: TestEngine
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let (ada, bob) = (try await ledger.account(), try await ledger.account())
        for account in [ada, bob] { try await ledger.grant(2_000, to: account) }
        let free = try await ledger.reserve(0, of: ada)
        let jobs = [
            try await ledger.reserve(600, of: ada), try await ledger.reserve(500, of: bob),
            try await ledger.reserve(400, of: ada),
        ]
        ledger.world.clock.advance(by: .milliseconds(1))
        let now = ledger.now
        let captured = [600, 200, 0, 0] as [Int64]

        let receipts = try await ledger.database.write(order: .alone) { transaction in
            try transaction.ledger.settle(zip(jobs + [free], captured).map { job, captured in
                Settlement(job: job, captured: Credits(hundredths: captured), now: now)
            })
        }

        #expect((jobs + [free]).map { receipts[$0].map { "\($0.reserved) \($0.captured) \($0.released)" } } == [
            "6.00 6.00 0.00", "5.00 2.00 3.00", "4.00 0.00 4.00", "0.00 0.00 0.00",
        ])
        #expect(receipts.values.allSatisfy { $0.endedAt == now })
        #expect(try await ledger.balance(of: ada) == .of(1_400))
        #expect(try await ledger.balance(of: bob) == .of(1_800))
        // What is not captured, or not released, has no line.
        let lines = try await ledger.database.read { transaction in
            try [ada, bob].map { account in
                try transaction.ledger.history(of: account, .init(from: now), before: nil, limit: 9).reversed().map {
                    "\($0.kind) \($0.amount) \($0.availableAfter) \($0.reservedAfter)"
                }
            }
        }
        #expect(lines == [
            ["capture 6.00 10.00 4.00", "release 4.00 14.00 0.00"],
            ["capture 2.00 15.00 3.00", "release 3.00 18.00 0.00"],
        ])
    }

    @Test(arguments: TestEngine.available)
    func `an open reservation is settled once, whatever else is settled with it`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(2_000, to: account)
        let (ended, open) = (try await ledger.reserve(600, of: account), try await ledger.reserve(500, of: account))
        try await ledger.settle(ended, capturing: 100)
        let now = ledger.now
        let settlements = [ended, open, ID<Job>.make(at: now)].map { Settlement(job: $0, captured: .zero, now: now) }

        let receipts = try await ledger.database.write(order: .alone) { try $0.ledger.settle(settlements) }
        let none = try await ledger.database.write(order: .alone) { try $0.ledger.settle([]) }

        #expect(receipts.keys.map { $0 } == [open] && none.isEmpty)
        #expect(try await ledger.balance(of: account) == .of(1_900))
        let receipt = try await ledger.database.read { try $0.ledger.receipt(of: ended) }
        #expect(receipt?.captured == Credits(hundredths: 100) && receipt?.released == Credits(hundredths: 500))
    }

    @Test(arguments: TestEngine.available, [601, -1] as [Int64])
    func `no more can be captured than was reserved, and nothing less than nothing`(
        on engine: TestEngine, captured: Int64
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(2_000, to: account)
        let job = try await ledger.reserve(600, of: account)

        let error = await #expect(throws: DatabaseError.self) { try await ledger.settle(job, capturing: captured) }

        #expect(error?.kind == .check)
        #expect(try await ledger.balance(of: account) == .of(1_400, 600))
        let receipt = try await ledger.database.read { try $0.ledger.receipt(of: job) }
        #expect(receipt?.endedAt == nil)
    }

    @Test(arguments: TestEngine.available)
    func `what returns from several lots goes back to those that live, and to a new one for each that has expired`(
        on engine: TestEngine
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(100, to: account, .grant, expiresAt: ledger.now + .seconds(10))
        try await ledger.grant(200, to: account, .purchase, expiresAt: ledger.now + .seconds(20))
        try await ledger.grant(300, to: account, .bonus)
        let job = try await ledger.reserve(600, of: account)
        ledger.world.clock.advance(by: .seconds(20))

        try await ledger.settle(job, capturing: 50)

        let now = ledger.now
        let lots = try await ledger.database.read {
            try $0.ledger.balanceSummary(of: account, now: now).lots.map {
                let life = $0.expiresAt.map { "\(($0 - now).milliseconds / 86_400_000) days" }
                return "\($0.source) \($0.remaining) \(life ?? "for ever")"
            }
        }
        #expect(Set(lots.dropLast()) == ["grant 0.50 7 days", "purchase 2.00 7 days"])
        #expect(lots.last == "bonus 3.00 for ever")
        #expect(try await ledger.balance(of: account) == .of(550))
        // They are no new credits.
        let allocated = try await ledger.database.read { try $0.ledger.balanceSummary(of: account, now: now) }
        #expect(allocated.totalAllocated == Credits(hundredths: 600))
    }

    @Test(arguments: TestEngine.available)
    func `the totals of all accounts are those of their balances`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        #expect(try await sums(ledger) == BalanceSums(accounts: 0, available: .zero, reserved: .zero, owed: .zero))
        let (ada, bob) = (try await ledger.account(), try await ledger.account())
        for account in [ada, bob] { try await ledger.grant(1_000, to: account) }
        try await ledger.reserve(300, of: bob)
        try await ledger.database.write(order: .alone) {
            _ = try $0.execute("UPDATE balances SET owed = 7 WHERE account_id = $1", ada)
        }

        #expect(try await sums(ledger) == BalanceSums(
            accounts: 2, available: Credits(hundredths: 1_700), reserved: Credits(hundredths: 300),
            owed: Credits(hundredths: 7)))
    }

    private func sums(_ ledger: LedgerWorld) async throws -> BalanceSums {
        try await ledger.database.read { try $0.ledger.balanceSums() }
    }

    /// What is set aside for the account's jobs, by source, in the order of the jobs.
    private func reserved(_ world: TestWorld, of actor: Actor) async throws -> [String] {
        try await world.database.read {
            try $0.query("""
                SELECT l.source, e.amount FROM transactions t JOIN entries e ON e.transaction_id = t.id
                JOIN lots l ON l.id = e.lot_id JOIN jobs j ON j.id = t.job_id
                WHERE t.account_id = $1 AND e.book = 'reserved' ORDER BY j.order_at, e.position
                """, actor.account).map {
                    try "\($0.get("source", as: String.self)) \($0.get("amount", as: Credits.self))"
                }
        }
    }
}
