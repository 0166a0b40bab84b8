@testable import Core
import SQL
import Testing
import TestSupport

struct EstimateTests {
    @Test(arguments: TestEngine.available)
    func `a queued job knows how many are before it, counted up to a thousand`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let first = try await world.submit(for: actor)
        let second = try await world.submit(for: actor)
        #expect(try await position(first, world) == 0)
        #expect(try await position(second, world) == 1)

        try await insertCopies(999, of: first, world)
        #expect(try await position(first, world) == 999)
        #expect(try await position(second, world) == 1_000)
        try await insertCopies(50, of: first, world)

        #expect(try await position(first, world) == 1_001)
        #expect(try await position(second, world) == 1_001)
    }

    @Test(arguments: TestEngine.available)
    func `how long it takes is estimated from recent runs of the same endpoint`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)
        for seconds in [10, 30, 20] as [Int64] {
            try await world.submit(for: actor)
            try await world.work()
            world.clock.advance(by: .seconds(seconds))
            world.provider.finishAll()
            for request in world.provider.requests { _ = try await world.deliverWebhook(request.id) }
            try await world.work()
        }
        let job = try await world.submit(for: actor)

        let queued = try #require(
            try await world.database.read { try $0.jobs.details(of: job.id, account: actor.account) })
        #expect(queued.usualDuration == .seconds(20))
        #expect(queued.remaining(now: world.clock.now) == .seconds(20))
        #expect(queued.progress(now: world.clock.now) == nil)
        try await world.work()
        world.clock.advance(by: .seconds(5))
        let running = try #require(
            try await world.database.read { try $0.jobs.details(of: job.id, account: actor.account) })

        #expect(running.remaining(now: world.clock.now) == .seconds(15))
        #expect(running.progress(now: world.clock.now).map { "\($0.percent) \($0.isEstimate)" } == "25 true")
        #expect(running.progress(now: world.clock.now + .seconds(1_000)) == nil, "it may take any time")
        #expect(running.remaining(now: world.clock.now + .seconds(1_000)) == nil)
    }

    @Test(arguments: TestEngine.available)
    func `progress that the provider reports takes precedence over any estimate`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.respondToPolls(
            with: .running(ProviderProgress(queuePosition: 2, percent: 40, logs: ["loading", "step 4 of 10"])))
        world.clock.advance(by: .seconds(2))
        try await world.work()

        let details = try #require(
            try await world.database.read { try $0.jobs.details(of: job.id, account: actor.account) })
        #expect(details.progress(now: world.clock.now).map { "\($0.percent) \($0.isEstimate)" } == "40 false")
        #expect(try await world.database.read { try $0.jobs.progress(of: actor.account) } == [
            JobProgress(job: job.id, percent: 40, queuePosition: 2, logs: ["loading", "step 4 of 10"]),
        ])
        #expect(try await world.events(of: job.id, actor) == [.queued, .started])
    }

    @Test(arguments: TestEngine.available)
    func `an ended job shows its receipt, line by line`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let stranger = try await world.account()
        let job = try await world.submit(for: actor, images: 3)
        try await world.work()
        world.provider.finishAll(missing: 1)
        world.clock.advance(by: .seconds(2))
        try await world.work()

        let details = try #require(
            try await world.database.read { try $0.jobs.details(of: job.id, account: actor.account) })
        #expect(details.outputs.count == 2)
        #expect(
            details.receipt
                == Receipt(reserved: .whole(18), captured: .whole(12), released: .whole(6), endedAt: world.clock.now))
        #expect(details.transactions.map(\.kind) == [.reserve, .capture, .release])
        #expect(details.transactions.map(\.amount) == [.whole(18), .whole(12), .whole(6)])
        #expect(details.progress(now: world.clock.now)?.percent == 100)
        #expect(details.queuePosition == nil)
        #expect(try await world.database.read { try $0.jobs.details(of: job.id, account: stranger.account) } == nil)
    }

    private func position(_ job: Job, _ world: TestWorld) async throws -> Int {
        try await world.database.read { try $0.jobs.queuePosition(of: job) }
    }

    private func insertCopies(_ count: Int, of job: Job, _ world: TestWorld) async throws {
        try await world.database.write(order: .alone) {
            _ = try $0.execute("""
                WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < $2)
                INSERT INTO jobs (id, account_id, kind, kind_version, endpoint, provider, state, parameters,
                    outputs_asked, price,
                    price_version, price_breakdown, event_seq, order_at, run_at, slot_at, time_limit, created_at)
                SELECT $3 || '-copy-' || CAST(number AS TEXT), account_id, kind, kind_version, endpoint, provider,
                    state, parameters, outputs_asked, price,
                    price_version, price_breakdown, 0, order_at - 1, run_at, run_at, time_limit, created_at
                FROM jobs, numbers WHERE jobs.id = $1
                """, job.id, count, "\(count)")
        }
    }
}
