@testable import Core
import SQL
import Testing
import TestSupport

struct FairnessTests {
    @Test(arguments: TestEngine.available)
    func `an account that requests little does not wait behind one that requests much`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let many = try await world.account(credits: 1_000)
        let few = try await world.account(credits: 1_000)
        for _ in 0..<8 { try await world.submit(for: many) }
        world.clock.advance(by: .milliseconds(10))
        for _ in 0..<2 { try await world.submit(for: few) }

        #expect(try await claimed(4, world) == [many, few, many, few].map(\.account))
    }

    @Test(arguments: TestEngine.available)
    func `accounts share the queue by the weight of their plans`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("light", concurrentJobs: 50, weight: 1)
        try await world.plan("heavy", concurrentJobs: 50, weight: 4)
        let light = try await world.account(credits: 1_000, plan: "light")
        let heavy = try await world.account(credits: 1_000, plan: "heavy")
        for _ in 0..<20 {
            try await world.submit(for: light)
            try await world.submit(for: heavy)
        }

        let first = try await claimed(20, world)

        #expect((3...5).contains(first.count { $0 == light.account }))
        #expect((15...17).contains(first.count { $0 == heavy.account }))
    }

    @Test(arguments: TestEngine.available)
    func `a better plan is a head start and not a wall`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("plain")
        try await world.plan("ahead", concurrentJobs: 10, headStart: .seconds(30))
        let patient = try await world.account(credits: 100, plan: "plain")
        let early = try await world.account(credits: 100, plan: "ahead")
        let late = try await world.account(credits: 100, plan: "ahead")

        try await world.submit(for: patient)
        world.clock.advance(by: .seconds(29))
        try await world.submit(for: early)
        world.clock.advance(by: .seconds(2))
        try await world.submit(for: late)

        #expect(try await claimed(3, world) == [early, patient, late].map(\.account))
    }

    @Test(arguments: TestEngine.available)
    func `waiting time is not saved up: a long pause gives no more than the head start`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let before = try await world.submit(for: actor)
        world.clock.advance(by: .seconds(10_000))

        let after = try await world.submit(for: actor)

        #expect(before.orderAt == world.clock.now - .seconds(10_030))
        #expect(after.orderAt == world.clock.now - .seconds(30))
    }

    @Test func `places follow each other by the step of the plan's weight, and take the free slots first`() {
        let now = Instant(seconds: 1_000)
        let snapshot = AccountSnapshot(
            eventSeq: 7, lastOrderAt: now - .seconds(1), slotsUsed: 1, isHeld: false, isDisabled: false,
            limits: JobLimits(concurrentJobs: 3, jobsPerHour: nil), weight: 4, headStart: .zero)

        let places = snapshot.places(for: 4, now: now)

        #expect(places.map { ($0.orderAt - now).milliseconds } == [0, 500, 1_000, 1_500])
        #expect(places.map(\.hasSlot) == [true, true, false, false])
        #expect(places.map(\.accountSeq) == [8, 9, 10, 11])
    }

    /// Whose jobs are claimed, one at a time.
    private func claimed(_ count: Int, _ world: TestWorld) async throws -> [ID<Account>] {
        var accounts: [ID<Account>] = []
        for _ in 0..<count { accounts += try await world.claim().map(\.job.account) }
        return accounts
    }
}
