@testable import Core
import Logging
import SQL
import Testing
import TestSupport

/// What becomes of a job while its provider's responses to polls cannot be used.
struct UnusablePollTests {
    private static let refusal = PollResult.unusable(
        ProviderFailure(.misconfigured, "No user found", isTransient: false), timeout: .seconds(60))
    private static let unreadable = PollResult.unusable(
        ProviderFailure(.failed, "HTTP 204", isTransient: false), timeout: .seconds(300))

    /// A job that a provider has accepted.
    private func accepted(in world: TestWorld) async throws -> (job: Job, actor: Actor) {
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        return (job, actor)
    }

    /// Polls whenever the job's attempt is due, for so long. Returns how many seconds passed.
    @discardableResult
    private func poll(_ job: Job, _ world: TestWorld, for duration: Duration) async throws -> Int64 {
        let start = world.clock.now
        while let due = try await world.dueAt(job.id), due <= start + duration {
            world.clock.now = due
            try await world.work()
        }
        return (world.clock.now - start).milliseconds / 1_000
    }

    /// The code of the failure, and how many seconds after the submission the job ends: the first poll is after two.
    @Test(arguments: TestEngine.available, [
        (refusal, "provider_misconfigured", 62), (unreadable, "provider_error", 302),
    ] as [(response: PollResult, code: String, seconds: Int64)])
    func `a provider that stays so fails the job within minutes, and nobody pays`(
        on engine: TestEngine, expected: (response: PollResult, code: String, seconds: Int64)
    ) async throws {
        let world = try await TestWorld(engine)
        let (job, actor) = try await accepted(in: world)
        world.provider.respondToPolls(with: expected.response)

        let seconds = try await poll(job, world, for: .seconds(3_600))

        #expect(seconds == expected.seconds)
        #expect(try await world.job(job.id).failure?.code == expected.code)
        #expect(try await world.attempts(of: job.id).map(\.state) == [.failed])
        // Another attempt would be paid for as well; this one is asked to stop.
        #expect(world.provider.submissions.count == 1 && world.provider.cancels.count == 1)
        #expect(try await world.balance(of: actor) == .of(10_000))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a provider that responds well again delivers, and a later trouble has all of its time`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let (job, actor) = try await accepted(in: world)
        for _ in 0..<2 {
            world.provider.respondToPolls(with: Self.refusal)
            try await poll(job, world, for: .seconds(50))
            #expect(try await world.attempts(of: job.id).first?.unusableSince != nil)
            world.provider.respondToPolls(with: nil)
            try await poll(job, world, for: .seconds(20))
            let attempt = try #require(try await world.attempts(of: job.id).first)
            #expect(attempt.state == .submitted && attempt.unusableSince == nil && attempt.progress == 40)
        }

        try await world.workUntilEnded(actor)

        #expect(try await world.job(job.id).state == .completed)
        #expect(world.provider.submissions.count == 1)
        #expect(try await world.differences() == [])
    }

    @Test func `no response at all in between neither ends the job nor begins the time again`() async throws {
        let world = try await TestWorld()
        let (job, _) = try await accepted(in: world)
        world.provider.respondToPolls(with: Self.refusal)
        try await poll(job, world, for: .seconds(30))
        world.provider.respondToPolls(with: .unavailable("down", retryAfter: nil))
        try await poll(job, world, for: .seconds(600))
        #expect(try await world.job(job.id).state == .processing)

        world.provider.respondToPolls(with: Self.refusal)
        try await poll(job, world, for: .seconds(10))

        #expect(try await world.job(job.id).failure?.code == "provider_misconfigured")
    }

    /// Whether the webhook comes before the attempt is given up, or while the provider is asked to stop it.
    @Test(arguments: TestEngine.available, [false, true])
    func `a webhook delivers what polls cannot`(on engine: TestEngine, isLate: Bool) async throws {
        let world = try await TestWorld(engine)
        let (job, actor) = try await accepted(in: world)
        let request = try #require(world.provider.requests.first).id
        world.provider.respondToPolls(with: Self.unreadable)
        world.provider.respondToCancels(with: .tooLate)
        world.provider.finishAll()

        if isLate {
            world.provider.whileCancelling { _ in _ = try? await world.deliverWebhook(request) }
            try await poll(job, world, for: .seconds(3_600))
        } else {
            try await poll(job, world, for: .seconds(120))
            try await world.deliverWebhook(request)
        }
        try await world.work()

        #expect(try await world.job(job.id).state == .completed)
        #expect(world.provider.cancels.count == (isLate ? 1 : 0))
        #expect(try await world.balance(of: actor) == .of(9_400))
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .completed])
        #expect(try await world.differences() == [])
    }

    @Test func `a failure that another attempt may not have is followed by one`() async throws {
        let world = try await TestWorld()
        let (job, actor) = try await accepted(in: world)
        let gateway = ProviderFailure(.failed, "Service Unavailable", isTransient: true)
        world.provider.respondToPolls(with: .unusable(gateway, timeout: .seconds(10)))
        try await poll(job, world, for: .seconds(60))
        world.provider.respondToPolls(with: nil)

        try await world.workUntilEnded(actor)

        #expect(try await world.attempts(of: job.id).map(\.state) == [.failed, .succeeded])
        #expect(try await world.job(job.id).state == .completed)
    }

    @Test func `a cancel does not wait for a provider that cannot be understood`() async throws {
        let world = try await TestWorld()
        let (job, actor) = try await accepted(in: world)
        world.provider.respondToPolls(with: Self.unreadable)
        world.provider.respondToCancels(with: .requested)

        _ = try await world.cancelJob(job.id, by: actor)
        let seconds = try await poll(job, world, for: .seconds(3_600))

        #expect(seconds == 60)
        #expect(try await world.job(job.id).state == .cancelled)
        #expect(try await world.balance(of: actor) == .of(10_000))
    }

    @Test func `the operator finds one error in the log, however many jobs are polled`() async throws {
        let log = RecordedLog()
        let world = try await TestWorld(logger: log.logger)
        try await world.plan("wide", concurrentJobs: 100)
        let actor = try await world.account(credits: 100, plan: "wide")
        let jobs = try await world.submit(5, for: actor)
        let worker = world.makeWorker()
        try await world.work(worker)
        world.provider.respondToPolls(with: Self.refusal)
        for _ in 0..<100 {
            world.clock.advance(by: .seconds(1))
            try await world.work(worker)
        }

        for job in jobs { #expect(try await world.job(job.id).state == .failed) }
        let errors = log.lines(at: .error)
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.hasPrefix("provider rejects polls; check its key and account ") == true)
        #expect(errors.first?.contains("code=provider_misconfigured provider=fake reason=No user found") == true)
    }
}
