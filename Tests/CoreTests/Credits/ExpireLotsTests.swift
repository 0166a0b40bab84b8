@testable import Core
import SQL
import Testing
import TestSupport

struct ExpireLotsTests {
    @Test(arguments: TestEngine.available)
    func `an expired lot pays for nothing, even before its end is booked`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 5)
        try await give(600, to: actor.account, for: .seconds(60), in: world)

        world.clock.advance(by: .seconds(60))

        await #expect(throws: LedgerError.insufficientCredits(required: .whole(6), available: .whole(5))) {
            try await world.submit(for: actor)
        }
        #expect(try await summary(of: actor, world).balance == .of(500))
        #expect(
            try await world.database.read { try $0.ledger.spendableCredits(of: actor.account, now: world.clock.now) }
                == .whole(5))
        // The ledger shows it only once it is booked, and agrees before and after.
        #expect(try await world.balance(of: actor) == .of(1_100))
        #expect(try await world.differences() == [])
        #expect(try await expire(in: world) == 1)
        #expect(try await world.balance(of: actor) == .of(500))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `what is left pays, even if an expired lot would be spent first`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 6)
        try await give(600, to: actor.account, for: .seconds(60), in: world)
        world.clock.advance(by: .seconds(60))

        try await world.submit(for: actor)
        _ = try await expire(in: world)

        #expect(try await world.balance(of: actor) == .of(0, 600))
        #expect(try await lots(of: actor, world) == ["bonus 0.00", "bonus 0.00 expired"])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `the end of a lot is a ledger entry, booked once`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(250, to: account, .grant, expiresAt: ledger.now + .seconds(60))
        try await ledger.grant(750, to: account, .grant, expiresAt: ledger.now + .seconds(90))
        try await ledger.grant(100, to: account)
        #expect(try await expire(in: ledger.world) == 0)

        ledger.world.clock.advance(by: .seconds(90))

        #expect(try await expire(in: ledger.world) == 2)
        #expect(try await expire(in: ledger.world) == 0)
        #expect(
            try await ledger.entries(of: .expire) == ["available -250", "expired 250", "available -750", "expired 750"])
        let lines = try await ledger.database.read {
            try $0.ledger.history(of: account, .init(kind: .expire), before: nil, limit: 10)
        }
        #expect(lines.map(\.availableAfter) == [.whole(1), Credits(hundredths: 850)])
        #expect(try await ledger.balance(of: account) == .of(100))
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `credits that are reserved when their lot expires can be spent, and what is returned lives seven days more`(
        on engine: TestEngine
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account, .grant, expiresAt: ledger.now + .seconds(60))
        let job = try await ledger.reserve(600, of: account)

        ledger.world.clock.advance(by: .seconds(60))
        #expect(try await expire(in: ledger.world) == 1)
        #expect(try await ledger.balance(of: account) == .of(0, 600))
        try await ledger.settle(job, capturing: 200)
        #expect(try await ledger.balance(of: account) == .of(400))
        ledger.world.clock.advance(by: .seconds(7 * 86_400) - .milliseconds(1))
        #expect(try await expire(in: ledger.world) == 0)
        ledger.world.clock.advance(by: .milliseconds(1))

        #expect(try await expire(in: ledger.world) == 1)
        #expect(try await ledger.balance(of: account) == .of(0))
        #expect(try await ledger.entries(of: .expire).count == 4)
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `nothing is returned to a lot whose end was booked, even if a clock is behind`(
        on engine: TestEngine
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account, expiresAt: ledger.now + .seconds(60))
        let job = try await ledger.reserve(600, of: account)
        ledger.world.clock.advance(by: .seconds(60))
        _ = try await expire(in: ledger.world)

        ledger.world.clock.advance(by: .seconds(-5))
        try await ledger.settle(job, capturing: 0)

        #expect(try await ledger.lots(of: account) == [0, 600])
        ledger.world.clock.advance(by: .seconds(8 * 86_400))
        #expect(try await expire(in: ledger.world) == 1)
        #expect(try await ledger.balance(of: account) == .of(0))
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `more lots than a batch, of several accounts, all end in one run`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        for _ in 0..<3 {
            let account = try await ledger.account()
            for second in 1...7 {
                try await ledger.grant(100, to: account, expiresAt: ledger.now + .seconds(Int64(second)))
            }
        }
        ledger.world.clock.advance(by: .seconds(7))

        #expect(
            try await ExpireLots(database: ledger.database, time: ledger.world.clock.time, batch: 4).runOnce() == 21)
        #expect(try await ledger.differences() == [])
    }

    @Test func `a failure with one account's lots does not keep others' from ending, and is reported`() async throws {
        let ledger = try await LedgerWorld()
        var accounts: [ID<Account>] = []
        for _ in 0..<3 {
            let account = try await ledger.account()
            try await ledger.grant(100, to: account, expiresAt: ledger.now + .seconds(1))
            accounts.append(account)
        }
        accounts.sort()
        let broken = accounts[1]
        try await ledger.database.write(order: .alone) { transaction in
            try transaction.execute("CREATE TABLE broken (account_id TEXT NOT NULL)")
            try transaction.execute("INSERT INTO broken (account_id) VALUES ($1)", broken)
            try transaction.runScript("""
                CREATE TRIGGER broken_lots BEFORE UPDATE ON lots
                WHEN NEW.account_id IN (SELECT account_id FROM broken)
                BEGIN SELECT RAISE(ABORT, 'broken'); END;
                """)
        }
        ledger.world.clock.advance(by: .seconds(1))

        await #expect(throws: DatabaseError.self) { try await expire(in: ledger.world) }
        var balances: [Balance] = []
        for account in accounts { balances.append(try await ledger.balance(of: account)) }
        #expect(balances == [.of(0), .of(100), .of(0)])
        try await ledger.database.write(order: .alone) { _ = try $0.execute("DROP TRIGGER broken_lots") }

        #expect(try await expire(in: ledger.world) == 1)
        #expect(try await ledger.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `during submissions and settlements every credit is spent, returned or expired, and none twice`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 12, plan: "enterprise")
        for second in 1...8 { try await give(600, to: actor.account, for: .seconds(Int64(second)), in: world) }

        for _ in 0..<8 {
            world.clock.advance(by: .seconds(1))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await expire(in: world) }
                for _ in 0..<3 {
                    group.addTask { do { try await world.submit(for: actor) } catch is LedgerError {} }
                }
                try await group.waitForAll()
            }
            #expect(try await world.differences() == [])
        }
        _ = try await expire(in: world)

        let paid = try await world.balance(of: actor)
        let history = try await world.database.read {
            try $0.ledger.history(of: actor.account, before: nil, limit: 100)
        }
        #expect(paid.available + paid.reserved + expired(history)
            == .whole(60))
    }

    @Test func `the lots behind a balance are in the order in which they are spent, and are limited`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 5)
        for day in [3, 1, 2] as [Int64] {
            try await give(100, to: actor.account, for: .seconds(day * 86_400), in: world)
        }

        let some = try await summary(of: actor, world)
        for _ in 0..<BalanceSummary.mostLots { try await give(100, to: actor.account, for: .seconds(9), in: world) }
        let many = try await summary(of: actor, world)

        #expect(some.lots.map(\.expiresAt) == [1, 2, 3].map { world.clock.now + .seconds($0 * 86_400) } + [nil])
        #expect(!some.hasMoreLots && some.bonus == .whole(8))
        #expect(many.lots.count == BalanceSummary.mostLots && many.hasMoreLots)
        #expect(many.bonus == .whole(108))
    }

    private func expired(_ lines: [LedgerLine]) -> Credits {
        lines.filter { $0.kind == .expire }.reduce(.zero) { $0 + $1.amount }
    }

    private func expire(in world: TestWorld) async throws -> Int {
        try await ExpireLots(database: world.database, time: world.clock.time).runOnce()
    }

    private func give(
        _ hundredths: Int64, to account: ID<Account>, for lifetime: Duration, in world: TestWorld
    ) async throws {
        let now = world.clock.now
        try await world.database.write(order: .alone) {
            _ = try $0.ledger.grant(
                .bonus, Credits(hundredths: hundredths), to: account, key: "test:\(ID<Lot>.make(at: now))",
                expiresAt: now + lifetime, now: now)
        }
    }

    private func summary(of actor: Actor, _ world: TestWorld) async throws -> BalanceSummary {
        try await world.database.read { try $0.ledger.balanceSummary(of: actor.account, now: world.clock.now) }
    }

    private func lots(of actor: Actor, _ world: TestWorld) async throws -> [String] {
        try await world.database.read {
            try $0.query(
                "SELECT source, remaining, expired_at FROM lots WHERE account_id = $1 ORDER BY id", actor.account
            ).map { row in
                let hasEnded = try row.get("expired_at", as: Int64?.self) != nil
                let (source, remaining) = try (
                    row.get("source", as: String.self), row.get("remaining", as: Credits.self))
                return "\(source) \(remaining)\(hasEnded ? " expired" : "")"
            }.sorted()
        }
    }
}
