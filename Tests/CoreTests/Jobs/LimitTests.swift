@testable import Core
import SQL
import Testing
import TestSupport

struct LimitTests {
    @Test(arguments: TestEngine.available)
    func `a hundred jobs wait besides those in progress, and one more is refused`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("small", concurrentJobs: 2)
        let actor = try await world.account(credits: 1_000, plan: "small")
        for _ in 0..<102 { try await world.submit(for: actor) }

        await #expect(throws: SubmitError.queueFull(limit: 100)) { try await world.submit(for: actor) }

        #expect(try await world.balance(of: actor) == Balance(available: .whole(1_000 - 612), reserved: .whole(612)))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a batch that does not fit into the queue is refused as a whole`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("small", concurrentJobs: 1)
        let actor = try await world.account(credits: 1_000, plan: "small")
        for _ in 0..<5 { _ = try await batch(20, for: actor, world) }

        await #expect(throws: SubmitError.queueFull(limit: 100)) { try await batch(2, for: actor, world) }
        _ = try await batch(1, for: actor, world)

        #expect(try await count(actor, world) == 101)
    }

    @Test(arguments: TestEngine.available)
    func `a held account's jobs wait as pending, and not without bound`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE accounts SET held_at = 1 WHERE id = $1", actor.account)
        }

        let held = try await world.submit(for: actor)
        #expect(held.state == .pending)
        #expect(held.holdReason == "account_held")
        #expect(try await world.events(of: held.id, actor) == [.held])
        try await world.work()
        #expect(world.provider.submissions.isEmpty)
        for _ in 0..<99 { try await world.submit(for: actor) }
        await #expect(throws: SubmitError.queueFull(limit: 100)) { try await world.submit(for: actor) }

        let cancelled = try await world.cancelJob(held.id, by: actor)
        #expect(cancelled.state == .cancelled)
        #expect(try await world.balance(of: actor).reserved == .whole(99 * 6))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a disabled account is refused`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE accounts SET disabled_at = 1 WHERE id = $1", actor.account)
        }

        await #expect(throws: SubmitError.accountDisabled) { try await world.submit(for: actor) }
    }

    @Test(arguments: TestEngine.available)
    func `jobs an hour are limited by the plan, and the refusal says when there is room again`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000, plan: "free")
        for _ in 0..<10 {
            try await world.submit(for: actor)
            world.clock.advance(by: .seconds(60))
        }

        // The first of ten was ten minutes ago.
        await #expect(throws: SubmitError.limited(to: 10, retryAfter: .seconds(3_000))) {
            try await world.submit(for: actor)
        }
        await #expect(throws: SubmitError.limited(to: 10, retryAfter: .seconds(3_120))) {
            try await batch(3, for: actor, world)
        }
        world.clock.advance(by: .milliseconds(2_999_999))
        await #expect(throws: SubmitError.limited(to: 10, retryAfter: .milliseconds(1))) {
            try await world.submit(for: actor)
        }
        world.clock.advance(by: .milliseconds(1))
        try await world.submit(for: actor)
        await #expect(throws: SubmitError.limited(to: 10, retryAfter: .seconds(60))) {
            try await world.submit(for: actor)
        }
    }

    @Test(arguments: TestEngine.available)
    func `an account with bought credits left has two jobs at once, and sixty an hour`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(plan: "free")
        try await world.buy(400, for: actor)
        #expect(try await world.limits(of: actor) == AccountLimits(
            limits: JobLimits(concurrentJobs: 2, jobsPerHour: 60), hasBoughtCredits: true))

        var jobs = [try await world.submit(for: actor)]
        world.clock.advance(by: .seconds(1))
        for count in [20, 20, 19] { jobs += try await batch(count, for: actor, world) }
        #expect(jobs.map { $0.slotAt != nil } == [true, true] + Array(repeating: false, count: 58))
        // The sixty-first must wait until the first is an hour old.
        world.clock.advance(by: .seconds(9))
        await #expect(throws: SubmitError.rateLimited(limit: 60, retryAfter: .seconds(3_590))) {
            try await world.submit(for: actor)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a waiting job gets the second slot while bought credits are left, and no longer`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 24, plan: "free")
        let jobs = try await world.submit(4, for: actor)
        let now = world.clock.now
        func slots() async throws -> [Bool] {
            var slots: [Bool] = []
            for job in jobs { slots.append(try await world.job(job.id).slotAt != nil) }
            return slots
        }
        #expect(try await slots() == [true, false, false, false])
        try await world.buy(6, for: actor, expiresAt: now + .seconds(60))

        _ = try await world.cancelJob(jobs[0].id, by: actor)
        #expect(try await slots() == [false, true, true, false])
        world.clock.advance(by: .seconds(60))
        _ = try await world.cancelJob(jobs[1].id, by: actor)
        #expect(try await slots() == [false, false, true, false])
        #expect(try await world.limits(of: actor)?.limits == JobLimits(concurrentJobs: 1, jobsPerHour: 10))
        _ = try await ExpireLots(database: world.database, time: world.clock.time).runOnce()
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a refusal for another reason does not count, and an administrator is not limited`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 6, plan: "free")
        for _ in 0..<20 { await #expect(throws: LedgerError.self) { try await world.submit(for: actor, images: 2) } }
        try await world.submit(for: actor)
        let poor = try await world.account(credits: 1_000, plan: "free")
        let administrator = Actor(account: poor.account, user: poor.user, key: nil, role: .owner, platformRole: .admin)

        for _ in 0..<30 { try await world.submit(for: administrator) }

        #expect(try await count(administrator, world) == 30)
    }

    @Test(arguments: TestEngine.available)
    func `a batch is admitted as a whole or not at all`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 17)

        await #expect(throws: LedgerError.insufficientCredits(required: .whole(18), available: .whole(17))) {
            try await batch(3, for: actor, world)
        }
        await #expect(throws: SubmitError.self) {
            try await world.submitJob([
                JobRequest(kind: .textToImage, parameters: ["prompt": "a"]),
                JobRequest(kind: .textToImage, parameters: [:]),
            ], by: actor)
        }
        await #expect(throws: SubmitError.tooMany(limit: 20)) { try await batch(21, for: actor, world) }
        await #expect(throws: SubmitError.tooMany(limit: 20)) { try await batch(0, for: actor, world) }
        #expect(try await count(actor, world) == 0)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(17), reserved: .zero))

        #expect(try await batch(2, for: actor, world).count == 2)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `of a thousand submissions at once, as many are admitted as there are credits for`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("wide", concurrentJobs: 1_000)
        let actor = try await world.account(credits: 3_000, plan: "wide")

        let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<1_000 {
                group.addTask {
                    do throws(any Error) {
                        try await world.submit(for: actor)
                        return true
                    } catch LedgerError.insufficientCredits(let required, let available) {
                        #expect(required == .whole(6))
                        #expect(available < required)
                        return false
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        #expect(outcomes.count { $0 } == 500)
        #expect(outcomes.count { !$0 } == 500)
        #expect(try await world.balance(of: actor) == Balance(available: .zero, reserved: .whole(3_000)))
        #expect(try await count(actor, world) == 500)
        #expect(try await world.differences() == [])
    }

    private func batch(_ count: Int, for actor: Actor, _ world: TestWorld) async throws -> [Job] {
        let request = JobRequest(kind: .textToImage, parameters: ["prompt": "a red dress"])
        guard case .submitted(let jobs) = try await world.submitJob(
            Array(repeating: request, count: count), by: actor)
        else { return [] }
        return jobs
    }

    private func count(_ actor: Actor, _ world: TestWorld) async throws -> Int {
        try await world.database.read {
            try $0.queryOne("SELECT COUNT(*) AS count FROM jobs WHERE account_id = $1", actor.account)?.get("count")
                ?? 0
        }
    }
}

extension SubmitError {
    /// Of an account without bought credits, which would give it more.
    fileprivate static func limited(to limit: Int, retryAfter: Duration) -> SubmitError {
        .rateLimited(limit: limit, retryAfter: retryAfter, withBoughtCredits: 60)
    }
}

extension TestWorld {
    fileprivate func buy(_ credits: Int64, for actor: Actor, expiresAt: Instant? = nil) async throws {
        let now = clock.now
        try await database.write(of: actor.account) {
            try $0.ledger.grant(
                .purchase, .whole(credits), to: actor.account, key: "bought", expiresAt: expiresAt, now: now)
        }
    }

    fileprivate func limits(of actor: Actor) async throws -> AccountLimits? {
        let now = clock.now
        return try await database.read { try $0.jobs.limits(of: actor.account, now: now) }
    }
}
