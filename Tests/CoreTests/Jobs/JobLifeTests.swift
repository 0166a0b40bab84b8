import Core
import SQL
import Testing
import TestSupport

struct JobLifeTests {
    @Test(arguments: TestEngine.available)
    func `a job is reserved for, submitted, stored and paid for once`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)

        let job = try await world.submit(for: actor)
        #expect(job.state == .queued)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(94), reserved: .whole(6)))
        try await world.workUntilEnded(actor)

        let ended = try await world.job(job.id)
        #expect(ended.state == .completed)
        #expect(ended.outputsDelivered == 1)
        #expect(world.provider.requests.count == 1)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(94), reserved: .zero))
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .completed])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a webhook settles a job before any poll, and a second one changes nothing`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.finishAll()
        let request = try #require(world.provider.requests.first)
        let token = try #require(request.submission.webhookURL.split(separator: "/").last.map { String($0) })

        let first = try await world.receiveWebhook(world.provider.webhook(request), from: "fake", token: token)
        try await world.work()
        let second = try await world.receiveWebhook(world.provider.webhook(request), from: "fake", token: token)
        try await world.work()

        #expect(first == .recorded)
        #expect(second == .repeated)
        #expect(try await world.job(job.id).state == .completed)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(94), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a submission without a response is adopted by its webhook and not sent again`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.provider.behave(.acceptSilently)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.finishAll()
        let request = try #require(world.provider.requests.first)
        let token = try #require(request.submission.webhookURL.split(separator: "/").last.map { String($0) })

        _ = try await world.receiveWebhook(world.provider.webhook(request), from: "fake", token: token)
        try await world.work()

        #expect(try await world.job(job.id).state == .completed)
        #expect(world.provider.requests.count == 1)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a submission that never gets a response is lost, and another attempt is made`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.provider.behave(.vanish)
        let job = try await world.submit(for: actor)

        try await world.workUntilEnded(actor)

        #expect(try await world.job(job.id).state == .completed)
        let attempts = try await world.database.read { try $0.jobs.attempts(of: job.id) }
        #expect(attempts.map(\.state) == [.lost, .succeeded])
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .retried, .started, .completed])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a transient failure is retried, and in the end the credits are returned`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let busy = ProviderFailure(.rateLimited, "busy", isTransient: true, retryAfter: .seconds(30))
        world.provider.behave(.refuse(busy), .refuse(busy), .refuse(busy), .refuse(busy), .refuse(busy))
        let job = try await world.submit(for: actor)

        try await world.workUntilEnded(actor)

        let ended = try await world.job(job.id)
        #expect(ended.state == .failed)
        #expect(ended.failure?.code == "provider_busy")
        #expect(ended.attemptCount == world.rules.retries.maximumAttempts)
        #expect(world.provider.requests.isEmpty)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a permanent failure is not retried`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.failAll(ProviderFailure(.contentPolicy, "not allowed", isTransient: false))

        world.clock.advance(by: .seconds(2))
        try await world.work()

        let ended = try await world.job(job.id)
        #expect(ended.failure?.code == "content_policy")
        #expect(ended.attemptCount == 1)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
    }

    @Test(arguments: TestEngine.available)
    func `a failure whose text no database stores ends the job at once, with all of its message`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.failAll(ProviderFailure(.invalidInput, "image_url: bad \u{0}bytes", isTransient: false))

        world.clock.advance(by: .seconds(2))
        try await world.work()

        let ended = try await world.job(job.id)
        #expect(ended.state == .failed && ended.failure?.code == "invalid_input")
        let attempt = try #require(try await world.attempts(of: job.id).first)
        #expect(attempt.failure?.message == "image_url: bad \u{FFFD}bytes")
        let told = try await world.database.read {
            try $0.jobs.events(of: job.id, account: actor.account).last?.data["message"]?.string
        }
        #expect(told == JobFailure.provider(
            ProviderFailure(.invalidInput, "image_url: bad \u{FFFD}bytes", isTransient: false)).message)
        #expect(told?.hasSuffix("No credits were charged.") == true)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
    }

    @Test(arguments: TestEngine.available)
    func `fewer outputs than requested cost as many as there are`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor, images: 4)
        try await world.work()
        world.provider.finishAll(flagged: 1, missing: 1)

        world.clock.advance(by: .seconds(2))
        try await world.work()

        let ended = try await world.job(job.id)
        #expect(ended.state == .completed)
        #expect(ended.outputsDelivered == 2)
        let receipt = try await world.database.read { try $0.ledger.receipt(of: job.id) }
        #expect(receipt?.captured == .whole(12))
        #expect(receipt?.released == .whole(12))
        #expect(try await world.balance(of: actor) == Balance(available: .whole(88), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a result that is all flagged fails the job and costs nothing`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor, images: 2)
        try await world.work()
        world.provider.finishAll(flagged: 2)

        world.clock.advance(by: .seconds(2))
        try await world.work()

        #expect(try await world.job(job.id).failure?.code == "content_flagged")
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
    }

    @Test(arguments: TestEngine.available)
    func `a job past its deadline fails, is cancelled at the provider, and its credits are released`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()

        world.clock.advance(by: .seconds(3601))
        try await world.work()

        #expect(try await world.job(job.id).failure?.code == "timed_out")
        #expect(world.provider.cancels.count == 1)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a dead worker's submission is not repeated until it is surely lost`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let now = world.clock.now
        // Another worker claims it and dies before it sends anything.
        try await world.database.write(order: .alone) { transaction in
            try transaction.execute("""
                UPDATE jobs SET state = 'processing', started_at = $2, deadline_at = $3, attempt_count = 1,
                    event_seq = 2
                WHERE id = $1
                """, job.id, now, now + .seconds(3600))
            try transaction.execute("UPDATE accounts SET event_seq = 2 WHERE id = $1", actor.account)
            try transaction.execute("""
                INSERT INTO job_events (job_id, seq, account_id, account_seq, type, state, data, created_at)
                VALUES ($1, 2, $2, 2, 'started', 'processing', '{}', $3)
                """, job.id, actor.account, now)
            try transaction.execute("""
                INSERT INTO attempts (id, job_id, number, provider, endpoint, state, due_at, lease, created_at)
                VALUES ($1, $2, 1, 'fake', 'fal-ai/flux/schnell', 'submitting', $3, 'gone', $4)
                """, ID<Attempt>.make(at: now), job.id, now + .seconds(30), now)
        }

        world.clock.advance(by: .seconds(31))
        try await world.work()
        #expect(world.provider.requests.isEmpty)
        world.clock.advance(by: .seconds(121))
        try await world.work()
        world.clock.advance(by: .seconds(5))
        try await world.work()

        #expect(world.provider.requests.count == 1)
        #expect(try await world.differences() == [])
    }
}
