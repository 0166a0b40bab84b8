@testable import Core
import SQL
import Testing
import TestSupport

struct LedgerTests {
    @Test(arguments: TestEngine.available)
    func `each source of credits is booked out of a ledger account of its own`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        let books: [(Lot.Source, TransactionKind, String)] = [
            (.purchase, .purchase, "purchases"), (.grant, .grant, "grants"), (.bonus, .bonus, "bonuses"),
            (.refund, .refund, "revenue"), (.adjustment, .adjustment, "adjustments"),
        ]

        for (source, kind, book) in books {
            try await ledger.grant(1_000, to: account, source)
            #expect(try await ledger.entries(of: kind) == ["\(book) -1000", "available 1000"])
        }

        #expect(try await ledger.balance(of: account) == .of(5_000))
        let summary = try await ledger.database.read { try $0.ledger.balanceSummary(of: account, now: ledger.now) }
        #expect(summary.bonus == .whole(10))
        #expect(summary.totalAllocated == .whole(30))
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `the same fact is booked once`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account, key: "welcome:ada")

        let error = await #expect(throws: DatabaseError.self) {
            try await ledger.grant(1_000, to: account, key: "welcome:ada")
        }

        #expect(error?.kind == .unique)
        #expect(try await ledger.database.read { try $0.ledger.isBooked(key: "welcome:ada") })
        #expect(try await !ledger.database.read { try $0.ledger.isBooked(key: "welcome:bob") })
        #expect(try await ledger.balance(of: account) == .of(1_000))
        #expect(try await ledger.lots(of: account) == [1_000])
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `what expires soonest is reserved first, and what never expires last`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(500, to: account)
        try await ledger.grant(300, to: account, expiresAt: ledger.now + .seconds(200))
        try await ledger.grant(200, to: account, expiresAt: ledger.now + .seconds(100))

        try await ledger.reserve(600, of: account)

        #expect(try await ledger.lots(of: account) == [0, 0, 400])
        #expect(try await ledger.balance(of: account) == .of(400, 600))
        #expect(try await ledger.entries(of: .reserve)
            == ["available -200", "reserved 200", "available -300", "reserved 300", "available -100", "reserved 100"])
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `of a part delivered, what expires soonest is spent and the rest returns to where it came from`(
        on engine: TestEngine
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(500, to: account)
        try await ledger.grant(300, to: account, expiresAt: ledger.now + .seconds(200))
        try await ledger.grant(200, to: account, expiresAt: ledger.now + .seconds(100))
        let job = try await ledger.reserve(600, of: account)

        let receipt = try await ledger.settle(job, capturing: 350)

        #expect(receipt == Receipt(
            reserved: Credits(hundredths: 600), captured: Credits(hundredths: 350), released: Credits(hundredths: 250),
            endedAt: ledger.now))
        #expect(
            try await ledger.entries(of: .capture) == ["reserved -200", "revenue 200", "reserved -150", "revenue 150"])
        #expect(
            try await ledger.entries(of: .release)
                == ["reserved -150", "available 150", "reserved -100", "available 100"])
        #expect(try await ledger.lots(of: account) == [0, 150, 500])
        #expect(try await ledger.balance(of: account) == .of(650))
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a ledger line states the balance after it`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account)
        ledger.world.clock.advance(by: .milliseconds(1))
        let job = try await ledger.reserve(600, of: account)
        ledger.world.clock.advance(by: .milliseconds(1))
        try await ledger.settle(job, capturing: 400)

        let lines = try await ledger.database.read { try $0.ledger.history(of: account, before: nil, limit: 10) }
        let after = Dictionary(uniqueKeysWithValues: lines.map {
            ($0.kind, Balance(available: $0.availableAfter, reserved: $0.reservedAfter))
        })

        #expect(after == [.bonus: .of(1_000), .reserve: .of(400, 600), .capture: .of(400, 200), .release: .of(600)])
    }

    @Test(arguments: TestEngine.available)
    func `credits released from a lot that has expired live for seven days more`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(500, to: account, .grant, expiresAt: ledger.now + .seconds(60))
        let job = try await ledger.reserve(500, of: account)

        ledger.world.clock.advance(by: .seconds(60))
        try await ledger.settle(job, capturing: 200)

        let lots = try await ledger.database.read {
            try $0.query(
                "SELECT source, remaining, expires_at FROM lots WHERE account_id = $1 ORDER BY expires_at", account)
                .map {
                    try (
                        $0.get("source", as: Lot.Source.self), $0.get("remaining", as: Int64.self),
                        $0.get("expires_at", as: Instant.self))
                }
        }
        #expect(lots.map(\.0) == [.grant, .grant])
        #expect(lots.map(\.1) == [0, 300])
        #expect(lots.last?.2 == ledger.now + .seconds(7 * 86_400))
        #expect(try await ledger.balance(of: account) == .of(300))
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a reservation ends once, and the second end changes nothing`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account)
        let job = try await ledger.reserve(600, of: account)
        try await ledger.settle(job, capturing: 600)

        #expect(try await ledger.settle(job, capturing: 0) == nil)
        #expect(try await ledger.settle(job, capturing: 600) == nil)

        #expect(try await ledger.balance(of: account) == .of(400))
        #expect(try await ledger.entries(of: .capture).count == 2)
        #expect(try await ledger.entries(of: .release) == [])
    }

    @Test(arguments: TestEngine.available)
    func `too few credits are refused with what is required and what is available`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(599, to: account)

        await #expect(
            throws: LedgerError.insufficientCredits(required: .whole(6), available: Credits(hundredths: 599))
        ) {
            try await ledger.reserve(600, of: account)
        }

        #expect(try await ledger.balance(of: account) == .of(599))
        #expect(try await ledger.entries(of: .reserve) == [])
        try await ledger.reserve(599, of: account)
        #expect(try await ledger.balance(of: account) == .of(0, 599))
    }

    @Test(arguments: TestEngine.available)
    func `a job that costs nothing has a reservation of nothing, which ends like any other`(
        on engine: TestEngine
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()

        let job = try await ledger.reserve(0, of: account)
        let receipt = try await ledger.settle(job, capturing: 0)

        #expect(receipt?.endedAt != nil)
        #expect(try await ledger.entries(of: .reserve) == [])
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `an account without a balance has no credits, and can be granted none`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let nobody = ID<Account>(rawValue: ID<Account>.make(at: ledger.now).rawValue)

        #expect(try await ledger.balance(of: nobody) == .of(0))
        await #expect(throws: DatabaseError.self) { try await ledger.grant(100, to: nobody) }
    }

    @Test(arguments: [0, -100] as [Int64])
    func `only a positive amount can be granted`(hundredths: Int64) async throws {
        let ledger = try await LedgerWorld()
        let account = try await ledger.account()

        let error = await #expect(throws: DatabaseError.self) { try await ledger.grant(hundredths, to: account) }

        #expect(error?.kind == .check)
        #expect(try await ledger.differences() == [])
    }
}
