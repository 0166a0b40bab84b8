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

    /// What a poll returns, whether a cancel was sent a second ago, and when the attempt is due again, in milliseconds.
    @Test(arguments: [
        (.running(ProviderProgress(percent: 40)), false, 2_000),
        (.running(ProviderProgress(percent: 40)), true, 1_000),
        (.unavailable("down", retryAfter: nil), false, 2_000),
        (.unavailable("down", retryAfter: .seconds(1)), false, 2_000),
        (.unavailable("down", retryAfter: .seconds(600)), false, 600_000),
        // Not beyond the job's deadline, nor beyond the time that a provider has for a cancel.
        (.unavailable("down", retryAfter: .seconds(7_200)), false, 3_600_000 - 2_000),
        (.unavailable("down", retryAfter: .seconds(600)), true, 59_000),
    ] as [(PollResult, Bool, Int64)])
    func `a poll without a result says when to poll again`(
        response: PollResult, isCancelSent: Bool, milliseconds: Int64
    ) async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.respondToPolls(with: response)
        world.provider.respondToCancels(with: .requested)

        if isCancelSent {
            _ = try await world.cancelJob(job.id, by: actor)
            try await world.work()
        }
        world.clock.advance(by: isCancelSent ? .seconds(1) : .seconds(2))
        try await world.work()

        #expect(world.provider.polls == 1)
        #expect(try await world.dueAt(job.id) == world.clock.now + .milliseconds(milliseconds))
        let attempt = try #require(try await world.attempts(of: job.id).first)
        #expect(attempt.pollCount == 1 && attempt.state == .submitted)
        if case .running = response { #expect(attempt.progress == 40) } else { #expect(attempt.progress == nil) }
    }

    @Test func `a poll without progress keeps what was reported before, but not the place in the queue`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        for progress in [ProviderProgress(queuePosition: 3, percent: 10, logs: ["loading"]), ProviderProgress()] {
            world.provider.respondToPolls(with: .running(progress))
            world.clock.advance(by: .seconds(2))
            try await world.work()
        }

        let attempt = try #require(try await world.attempts(of: job.id).first)
        #expect(attempt.progress == 10 && attempt.logs == ["loading"] && attempt.queuePosition == nil)
    }

    /// What the provider says to the cancel, how often it is asked to, and what is left of the job a second later.
    @Test(arguments: [
        (.dropped, 1, .cancelled), (.notFound, 1, .cancelled), (.requested, 1, .processing),
        (.tooLate, 1, .processing), (.unavailable("down"), 1, .processing),
    ] as [(CancelResult, Int, JobState)])
    func `a provider's word on a cancel ends the job, or leaves it to a poll`(
        response: CancelResult, cancels: Int, state: JobState
    ) async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.respondToCancels(with: response)

        _ = try await world.cancelJob(job.id, by: actor)
        try await world.work()
        world.clock.advance(by: .seconds(1))
        try await world.work()

        #expect(world.provider.cancels.count == cancels)
        #expect(try await world.job(job.id).state == state)
        #expect(try await world.balance(of: actor) == (state == .cancelled ? .of(10_000) : .of(9_400, 600)))
        // What was requested is looked at; what could not be passed on is not asked for.
        #expect(world.provider.polls == ([.requested, .tooLate].contains(response) ? 1 : 0))
    }

    @Test(arguments: TestEngine.available)
    func `an attempt of a provider that is no longer configured waits for it until the job's deadline`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        try await world.database.write(order: .alone) { _ = try $0.execute("UPDATE attempts SET provider = 'gone'") }

        world.clock.advance(by: .seconds(2))
        try await world.work()
        #expect(try await world.dueAt(job.id) == world.clock.now + .seconds(60))
        world.clock.advance(by: .seconds(3_580))
        try await world.work()
        // Not later than the deadline.
        #expect(try await world.dueAt(job.id) == world.clock.now + .seconds(18))
        #expect(try await world.job(job.id).state == .processing)
        world.clock.advance(by: .seconds(18))
        try await world.work()

        #expect(try await world.job(job.id).failure?.code == "timed_out")
        #expect(try await world.attempts(of: job.id).map(\.state) == [.lost])
        #expect(try await world.balance(of: actor) == .of(10_000))
        #expect(try await world.differences() == [])
    }

    /// Whether the result is there already, and what becomes of the attempt.
    @Test(arguments: TestEngine.available, [
        (false, .cancelled), (true, .succeeded),
    ] as [(isThere: Bool, state: Attempt.State)])
    func `an attempt that outlives its job is ended, and nobody pays for what it made`(
        on engine: TestEngine, result: (isThere: Bool, state: Attempt.State)
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        let processing = try await world.job(job.id)
        let now = world.clock.now
        if result.isThere {
            world.provider.finishAll()
            _ = try await world.deliverWebhook(try #require(world.provider.requests.first).id)
        }
        try await world.database.write(of: actor.account) {
            _ = try $0.jobs.end([JobEnding(processing, .failed(.timedOut), now: now)])
        }

        world.clock.advance(by: .seconds(2))
        try await world.work()

        #expect(try await world.attempts(of: job.id).map(\.state) == [result.state])
        #expect(world.provider.cancels.count == (result.isThere ? 0 : 1))
        #expect(try await world.job(job.id).failure?.code == "timed_out")
        #expect(try await world.balance(of: actor) == .of(10_000))
        #expect(try await world.differences() == [])
    }
}
