@testable import Core
import SQL
import Testing
import TestSupport

struct SpendLimitTests {
    @Test(arguments: TestEngine.available)
    func `what goes beyond a limit is refused, with which limit it is, what is left and when the next period begins`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        _ = try await limits(world).set(.account, [.day: .whole(15)], by: actor)
        for _ in 0..<2 { try await world.submit(for: actor) }

        let refusal = await #expect(throws: SpendLimitReached.self) { try await world.submit(for: actor) }

        #expect(refusal == SpendLimitReached(
            limit: SpendLimit(scope: .account, period: .day, amount: .whole(15)), required: .whole(6), left: .whole(3),
            renewsAt: world.clock.now.startOfDay + .seconds(86_400)))
        #expect(try await world.balance(of: actor) == .of(8_800, 1_200))
        world.clock.now = world.clock.now.startOfDay + .seconds(86_400)
        try await world.submit(for: actor)
        #expect(try await limits(world).list(for: actor).map(\.spent) == [.whole(6)])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a member's and a key's limits count what these request, and nothing else`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let owner = try await world.account(credits: 100)
        let key = try await key(of: owner, world)
        let byKey = Actor(account: owner.account, user: nil, key: key, role: .member, platformRole: .user)
        try await join(owner, world)
        let user = try #require(owner.user)
        _ = try await limits(world).set(.member(user), [.day: .whole(6)], by: owner)
        _ = try await limits(world).set(.key(key), [.month: .whole(12)], by: owner)

        try await world.submit(for: owner)
        for _ in 0..<2 { try await world.submit(for: byKey) }

        let member = await #expect(throws: SpendLimitReached.self) { try await world.submit(for: owner) }
        let program = await #expect(throws: SpendLimitReached.self) { try await world.submit(for: byKey) }
        #expect(member?.limit.scope == .member(user) && member?.left == .zero)
        #expect(program?.limit.scope == .key(key) && program?.limit.period == .month)
        #expect(
            try await limits(world).list(for: owner).map { "\($0.limit.scope.name) \($0.spent)" }
                == ["member 6.00", "key 12.00"])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `what is released counts no longer, and what is captured does`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        _ = try await limits(world).set(.account, [.day: .whole(24), .month: .whole(30)], by: actor)
        let job = try await world.submit(for: actor, images: 4)
        await #expect(throws: SpendLimitReached.self) { try await world.submit(for: actor) }
        try await world.work()
        world.provider.finishAll(missing: 1)
        world.clock.advance(by: .seconds(2))
        try await world.work()
        #expect(try await world.job(job.id).state == .completed)

        let waiting = try await world.submit(for: actor)
        #expect(try await limits(world).list(for: actor).map(\.left) == [.zero, .whole(6)])
        _ = try await world.cancelJob(waiting.id, by: actor)

        #expect(try await limits(world).list(for: actor).map(\.spent) == [.whole(18), .whole(18)])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `what is released on the next day is subtracted from yesterday's count, not from today's`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.clock.now = world.clock.now.startOfDay + .seconds(86_400 - 10)
        _ = try await limits(world).set(.account, [.day: .whole(12)], by: actor)
        let yesterdays = try await world.submit(for: actor, images: 2)
        world.clock.advance(by: .seconds(10))
        try await world.submit(for: actor)

        _ = try await world.cancelJob(yesterdays.id, by: actor)

        #expect(try await limits(world).list(for: actor).map(\.left) == [.whole(6)])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a limit that is set counts what was spent before it, and one that is removed counts no longer`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        try await world.submit(for: actor)
        let cancelled = try await world.submit(for: actor)
        _ = try await world.cancelJob(cancelled.id, by: actor)

        let states = try await limits(world).set(.account, [.day: .whole(10), .month: .whole(50)], by: actor)
        #expect(states.map(\.spent) == [.whole(6), .whole(6)])
        #expect(try await hasLimits(actor, world))
        await #expect(throws: SpendLimitReached.self) { try await world.submit(for: actor) }
        #expect(try await limits(world).set(.account, [.month: .whole(50)], by: actor).map(\.limit.period) == [.month])
        try await world.submit(for: actor)
        #expect(try await limits(world).set(.account, [:], by: actor) == [])

        #expect(try await !hasLimits(actor, world))
        try await world.submit(for: actor, images: 4)
        #expect(try await counters(world) == 0)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a node whose clock is in another day counts there what was spent before the limit was set`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let midnight = world.clock.now.startOfDay + .seconds(86_400)
        for offset in [-1, 1] as [Int64] {
            world.clock.now = midnight + .seconds(offset)
            try await world.submit(for: actor)
        }
        world.clock.now = midnight + .milliseconds(1)
        _ = try await limits(world).set(.account, [.day: .whole(15)], by: actor)

        for offset in [-2, 2] as [Int64] {
            world.clock.now = midnight + .seconds(offset)
            try await world.submit(for: actor)
            await #expect(throws: SpendLimitReached.self) { try await world.submit(for: actor) }
        }

        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `of many simultaneous requests no more are admitted than the limit allows`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)
        _ = try await limits(world).set(.account, [.day: .whole(60)], by: actor)

        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do { try await world.submit(for: actor) } catch is SpendLimitReached { return false }
                    return true
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }

        #expect(taken == 10)
        #expect(try await limits(world).list(for: actor).map(\.left) == [.zero])
        #expect(try await world.differences() == [])
    }

    @Test func `a list of jobs is admitted as a whole or not at all`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        _ = try await limits(world).set(.account, [.day: .whole(17)], by: actor)
        let request = JobRequest(kind: .textToImage, parameters: ["prompt": "a red dress"])

        await #expect(throws: SpendLimitReached.self) {
            try await world.submitJob([request, request, request], by: actor)
        }
        _ = try await world.submitJob([request, request], by: actor)

        #expect(try await limits(world).list(for: actor).map(\.spent) == [.whole(12)])
    }

    @Test func `an account without limits pays nothing for them`() async throws {
        let counting = Counting()
        let world = try await TestWorld(wrap: counting.wrap)
        let (limited, free) = (try await world.account(credits: 100), try await world.account(credits: 100))
        _ = try await limits(world).set(.account, [.day: .whole(50)], by: limited)

        func statements(_ actor: Actor) async throws -> Int {
            counting.forget()
            let job = try await world.submit(for: actor)
            _ = try await world.cancelJob(job.id, by: actor)
            return counting.statements.count {
                $0.contains("spend_") || $0.contains("created_by, key_id, created_at FROM jobs")
            }
        }
        #expect(try await statements(free) == 0)
        #expect(try await statements(limited) == 4)
    }

    @Test func `only those who manage an account set its limits, for its own members and keys`() async throws {
        let world = try await TestWorld()
        let (owner, other) = (try await world.account(credits: 10), try await world.account())
        let member = Actor(account: owner.account, user: other.user, key: nil, role: .member, platformRole: .user)
        let key = try await key(of: owner, world)
        let program = Actor(account: owner.account, user: nil, key: key, role: .member, platformRole: .user)

        for actor in [member, program] {
            await #expect(throws: SpendLimitError.notAllowed) {
                try await limits(world).set(.account, [.day: .whole(1)], by: actor)
            }
            await #expect(throws: SpendLimitError.notAllowed) { try await limits(world).list(for: actor) }
        }
        await #expect(throws: SpendLimitError.noSuchMember) {
            try await limits(world).set(.member(try #require(other.user)), [.day: .whole(1)], by: owner)
        }
        await #expect(throws: SpendLimitError.noSuchKey) {
            try await limits(world).set(.key(key), [.day: .whole(1)], by: other)
        }
        #expect(try await limits(world).list(for: owner) == [])
    }

    @Test func `an account has a bounded number of limits, of which changing one takes none`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 10)
        let now = world.clock.now
        try await world.database.write(order: .alone) { transaction in
            for number in 0..<SpendLimits.limit - 1 {
                try transaction.execute("""
                    INSERT INTO spend_limits (account_id, scope, subject, period, amount, set_by, set_at)
                    VALUES ($1, 'member', $2, 'day', 0, '', $3)
                    """, actor.account, "member \(number)", now)
            }
        }

        await #expect(throws: SpendLimitError.tooMany(limit: 1_000)) {
            try await limits(world).set(.account, [.day: .whole(1), .month: .whole(1)], by: actor)
        }
        _ = try await limits(world).set(.account, [.day: .whole(1)], by: actor)
        let changed = try await limits(world).set(.account, [.month: .whole(2)], by: actor)

        #expect(changed.map { "\($0.limit.period) \($0.limit.amount)" } == ["month 2.00"])
        #expect(try await limits(world).list(for: actor).count == 1_000)
    }

    @Test(arguments: TestEngine.available)
    func `a limit of a member who has left goes on, and can be removed but not set again`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let (owner, other) = (try await world.account(credits: 100), try await world.account())
        let guest = Actor(account: owner.account, user: other.user, key: nil, role: .member, platformRole: .user)
        let user = try #require(guest.user)
        try await join(guest, world)
        _ = try await limits(world).set(.member(user), [.day: .whole(6)], by: owner)
        try await world.submit(for: guest)
        try await world.database.write(order: .alone) { _ = try $0.execute("DELETE FROM members") }

        await #expect(throws: SpendLimitReached.self) { try await world.submit(for: guest) }
        #expect(try await limits(world).set(.member(user), [.day: .whole(12)], by: owner).map(\.left) == [.whole(6)])
        #expect(try await limits(world).set(.member(user), [:], by: owner) == [])
        await #expect(throws: SpendLimitError.noSuchMember) {
            try await limits(world).set(.member(user), [.day: .whole(1)], by: owner)
        }

        try await world.submit(for: guest)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `old counters are deleted some at a time, and a release that they would have counted changes nothing`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        _ = try await limits(world).set(.account, [.day: .whole(50), .month: .whole(90)], by: actor)
        let job = try await world.submit(for: actor)
        #expect(try await counters(world) == 6)
        world.clock.advance(by: .seconds(40 * 86_400))
        try await world.submit(for: actor)
        // Today's and this month's began later.
        let before = world.clock.now - .seconds(31 * 86_400)
        let count = try await counters(world)

        func delete(_ limit: Int) async throws -> Int {
            try await world.database.write(order: .alone) {
                try $0.spendLimits.deleteSpendCounters(before: before, limit: limit)
            }
        }
        let first = try await delete(1)
        let rest = try await delete(100)
        _ = try await world.cancelJob(job.id, by: actor)

        #expect(first == 1 && first + rest < count)
        #expect(try await counters(world) == count - first - rest)
        #expect(try await limits(world).list(for: actor).map(\.spent).first == .whole(6))
        #expect(try await delete(100) == 0)
        #expect(try await world.balance(of: actor) == .of(9_400, 600))
    }

    @Test(arguments: [
        ("2026-02-28T23:59:59.999Z", "2026-02-28", "2026-03-01", "2026-02-01", "2026-03-01"),
        ("2028-02-29T00:00:00Z", "2028-02-29", "2028-03-01", "2028-02-01", "2028-03-01"),
        ("2026-12-31T12:00:00Z", "2026-12-31", "2027-01-01", "2026-12-01", "2027-01-01"),
    ])
    func `days and months are those of UTC`(
        now: String, day: String, tomorrow: String, month: String, nextMonth: String
    ) throws {
        let now = try #require(Instant(text: now))

        #expect(
            SpendLimit.Period.day.bounds(at: now)
                == (try #require(Instant(text: day)), try #require(Instant(text: tomorrow))))
        #expect(
            SpendLimit.Period.month.bounds(at: now)
                == (try #require(Instant(text: month)), try #require(Instant(text: nextMonth))))
    }

    private func limits(_ world: TestWorld) -> SpendLimits {
        SpendLimits(database: world.database, time: world.clock.time)
    }

    private func key(of owner: Actor, _ world: TestWorld) async throws -> ID<APIKey> {
        try await APIKeys(database: world.database, credentials: CredentialCache(), time: world.clock.time).create(
            named: "app", by: owner).key.id
    }

    private func join(_ actor: Actor, _ world: TestWorld) async throws {
        try await world.database.write(order: .alone) {
            _ = try $0.execute(
                "INSERT INTO members (account_id, user_id, role, created_at) VALUES ($1, $2, 'owner', 0)",
                actor.account, actor.user)
        }
    }

    private func hasLimits(_ actor: Actor, _ world: TestWorld) async throws -> Bool {
        try await world.database.read { try $0.ledger.credits(of: [actor.account])[actor.account]?.hasLimits } ?? false
    }

    private func counters(_ world: TestWorld) async throws -> Int {
        try await world.database.read { try $0.queryOne("SELECT COUNT(*) AS count FROM spend_counters")?.get("count") }
            ?? -1
    }
}
