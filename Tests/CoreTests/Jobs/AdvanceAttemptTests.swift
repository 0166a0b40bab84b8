@testable import Core
import SQL
import Testing
import TestSupport

struct AdvanceAttemptTests {
    @Test(arguments: TestEngine.available)
    func `a cancel is bounded even while the provider is unavailable`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.respondToCancels(with: .requested)
        world.provider.respondToPolls(with: .unavailable("down", retryAfter: .seconds(600)))

        _ = try await world.cancelJob(job.id, by: actor)
        for _ in 0..<61 {
            try await world.work()
            world.clock.advance(by: .seconds(1))
        }

        #expect(try await world.job(job.id).state == .cancelled)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
    }

    @Test(arguments: TestEngine.available)
    func `a cancel that cannot be sent is retried, and bounded`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.respondToCancels(with: .unavailable("down"))

        _ = try await world.cancelJob(job.id, by: actor)
        for _ in 0..<61 {
            try await world.work()
            world.clock.advance(by: .seconds(1))
        }

        #expect(world.provider.cancels.count > 20)
        #expect(try await world.job(job.id).state == .cancelled)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a request that the provider no longer knows is lost, and sent again as another attempt`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.forgetAll()

        world.clock.advance(by: .seconds(2))
        try await world.workUntilEnded(actor)

        #expect(try await world.attempts(of: job.id).map(\.state) == [.lost, .succeeded])
        #expect(try await world.job(job.id).state == .completed)
    }

    @Test(arguments: TestEngine.available)
    func `a lost attempt of a kind that is not repeated fails its job`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        try await world.database.write(order: .alone) { _ = try $0.execute("UPDATE kinds SET repeatable = 0") }
        world.provider.behave(.vanish)
        let job = try await world.submit(for: actor)

        try await world.workUntilEnded(actor)

        #expect(try await world.job(job.id).failure?.code == "provider_lost")
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
    }

    @Test(arguments: TestEngine.available)
    func `outputs that cannot be fetched are retried, then another attempt is made`(
        on engine: TestEngine
    ) async throws {
        let broken = Countdown(4)
        let world = try await TestWorld(
            engine, store: { _ in broken.hits() ? .broken("cut short", isTransient: true) : nil })
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)

        try await world.workUntilEnded(actor)

        #expect(try await world.attempts(of: job.id).map(\.state) == [.failed, .succeeded])
        #expect(try await world.attempts(of: job.id).first?.failure?.code == "download_failed")
        #expect(try await world.balance(of: actor) == Balance(available: .whole(94), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `while the file store is full the result waits, and no other is requested`(
        on engine: TestEngine
    ) async throws {
        let full = Countdown(10)
        let world = try await TestWorld(engine, store: { _ in full.hits() ? .storeUnavailable("no space") : nil })
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)

        try await world.workUntilEnded(actor)

        #expect(try await world.job(job.id).state == .completed)
        #expect(world.provider.submissions.count == 1)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a result that cannot be settled at all fails at the deadline, and costs nothing`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine, store: { _ in throw Unexpected("the store is broken") })
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.finishAll()

        for _ in 0..<13 {
            world.clock.advance(by: .seconds(300))
            try await world.work()
        }

        #expect(try await world.job(job.id).failure?.code == "storage_failed")
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `of two workers that settle the same result, one does`(on engine: TestEngine) async throws {
        let gate = Gate()
        let world = try await TestWorld(engine, store: { _ in await gate.pass(); return nil })
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.finishAll()
        _ = try await world.deliverWebhook(try #require(world.provider.requests.first).id)

        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { gate.open() }
            group.addTask { try await world.makeWorker().runOnce() }
            await gate.arrivals(1)
            // The first one is stopped for longer than its lease; its lease is not renewed.
            try await world.database.write(order: .alone) {
                _ = try $0.execute("UPDATE attempts SET due_at = 0, lease = 'lost' WHERE ended_at IS NULL")
            }
            group.addTask { try await world.makeWorker().runOnce() }
            await gate.arrivals(2)
            gate.open()
            try await group.waitForAll()
        }

        #expect(try await world.job(job.id).state == .completed)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(94), reserved: .zero))
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .completed])
        #expect(try await world.differences() == [])
    }
}
