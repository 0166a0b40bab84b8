@testable import Core
import SQL
import Testing
import TestSupport

struct GrantCreditsTests {
    @Test(arguments: TestEngine.available)
    func `a grant is booked once for its key, however often it is repeated`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1)
        let grant = grant(to: actor, lifetime: .seconds(60))

        let first = try await world.app.ledger.grantCredits(grant)
        try await world.submit(for: actor)
        world.clock.advance(by: .seconds(30))
        let again = try await world.app.ledger.grantCredits(grant)

        #expect(first == .booked(.of(1_100)) && again == .bookedBefore(.of(500, 600)))
        let lots = try await summary(of: actor, world).lots
        #expect(lots.map { "\($0.source) \($0.remaining)" } == ["bonus 4.00", "bonus 1.00"])
        // Its life began with the first call.
        #expect(lots.first?.expiresAt == world.clock.now + .seconds(30))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `of many at once with one key one is booked`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account()
        let grant = grant(to: actor)

        let outcomes = try await withThrowingTaskGroup(of: GrantCredits.Outcome.self) { group in
            for _ in 0..<10 { group.addTask { try await world.app.ledger.grantCredits(grant) } }
            var outcomes: [GrantCredits.Outcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }

        #expect(outcomes.count { $0 == .booked(.of(1_000)) } == 1)
        #expect(outcomes.count { $0 == .bookedBefore(.of(1_000)) } == 9)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a grant that cannot be meant is refused, and nothing is booked`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let (ada, bob) = (try await world.account(), try await world.account())
        let nobody = Actor.of("nobody")
        _ = try await world.app.ledger.grantCredits(grant(to: ada))

        let refused: [(GrantCredits.Grant, GrantCredits.Refusal)] = [
            (grant(.zero, to: ada, key: "two"), .amountNotPositive),
            (grant(Credits(hundredths: -1), to: ada, key: "two"), .amountNotPositive),
            (grant(to: nobody, key: "two"), .noSuchAccount),
            (grant(.whole(11), to: ada), .keyUsedOtherwise), (grant(to: bob), .keyUsedOtherwise),
        ]
        for (grant, refusal) in refused {
            await #expect(throws: refusal) { try await world.app.ledger.grantCredits(grant) }
        }

        #expect(try await world.balance(of: ada) == .of(1_000))
        #expect(try await world.balance(of: bob) == .of(0))
        #expect(try await world.differences() == [])
    }

    @Test func `an operator's key is apart from those of the product's own facts`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 5)
        let welcome = "test:\(actor.account)"
        #expect(try await world.database.read { try $0.ledger.isBooked(key: welcome) })

        let outcome = try await world.app.ledger.grantCredits(grant(to: actor, key: welcome))

        #expect(outcome == .booked(.of(1_500)))
        #expect(try await world.database.read { try $0.ledger.isBooked(key: "operator:\(welcome)") })
    }

    @Test(arguments: [(.bonus, true), (.grant, true), (.refund, false), (.adjustment, false)] as [(Lot.Source, Bool)])
    func `a grant is of the source that it names, and lives for ever if it names no life`(
        source: Lot.Source, isAllocated: Bool
    ) async throws {
        let world = try await TestWorld()
        let actor = try await world.account()

        _ = try await world.app.ledger.grantCredits(grant(to: actor, source))

        let summary = try await summary(of: actor, world)
        #expect(summary.lots.map(\.source) == [source] && summary.lots.first?.expiresAt == nil)
        #expect(summary.totalAllocated == (isAllocated ? .whole(10) : .zero))
        #expect(summary.bonus == (source == .bonus ? .whole(10) : .zero))
    }

    private func grant(
        _ amount: Credits = .whole(10), to actor: Actor, _ source: Lot.Source = .bonus, lifetime: Duration? = nil,
        key: String = "one"
    ) -> GrantCredits.Grant {
        GrantCredits.Grant(account: actor.account, amount: amount, source: source, lifetime: lifetime, key: key)
    }

    private func summary(of actor: Actor, _ world: TestWorld) async throws -> BalanceSummary {
        try await world.database.read { try $0.ledger.balanceSummary(of: actor.account, now: world.clock.now) }
    }
}
