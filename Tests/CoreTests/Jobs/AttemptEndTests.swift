@testable import Core
import SQL
import Testing
import TestSupport

/// What becomes of a job whose attempt ends without a result.
struct AttemptEndTests {
    struct Ending: Sendable {
        let name: String
        let end: AttemptEnd
        var isCancelRequested = false
        let attempt: Attempt.State
        /// The job's state and, if it failed, the code.
        let job: String
        /// The job's last event.
        let event: JobEvent.EventType
    }

    private static let busy = JobFailure.provider(ProviderFailure(.rateLimited, "busy", isTransient: true))
    private static let again = AttemptEnd.Retry.allowed(RetryPolicy(), after: nil, jitter: 0.5)
    private static let noMore = AttemptEnd.Retry.allowed(RetryPolicy(maximumAttempts: 1), after: nil, jitter: 0.5)
    private static let tooLate = AttemptEnd.Retry.allowed(RetryPolicy(), after: .seconds(3_600), jitter: 0.5)

    private static let endings = [
        Ending(
            name: "cancelled", end: .cancelled, attempt: .cancelled, job: "cancelled", event: .cancelled),
        Ending(
            name: "failed for good", end: .failed(.flagged), attempt: .failed, job: "failed content_flagged",
            event: .failed),
        Ending(
            name: "failed for good, while a cancel is requested", end: .failed(.flagged), isCancelRequested: true,
            attempt: .failed, job: "cancelled", event: .cancelled),
        Ending(name: "failed", end: .failed(busy, retry: again), attempt: .failed, job: "queued", event: .retried),
        Ending(
            name: "failed, as the last attempt that is allowed", end: .failed(busy, retry: noMore), attempt: .failed,
            job: "failed provider_busy", event: .failed),
        Ending(
            name: "failed, and the next attempt would begin at the deadline", end: .failed(busy, retry: tooLate),
            attempt: .failed, job: "failed provider_busy", event: .failed),
        Ending(
            name: "failed, while a cancel is requested", end: .failed(busy, retry: again), isCancelRequested: true,
            attempt: .failed, job: "cancelled", event: .cancelled),
        Ending(name: "lost", end: .lost(retry: again), attempt: .lost, job: "queued", event: .retried),
        Ending(
            name: "lost, of a kind that is not repeated", end: .lost(retry: .never), attempt: .lost,
            job: "failed provider_lost", event: .failed),
        Ending(
            name: "lost, while a cancel is requested", end: .lost(retry: again), isCancelRequested: true,
            attempt: .lost, job: "cancelled", event: .cancelled),
        Ending(
            name: "timed out", end: .timedOut(.failed), attempt: .failed, job: "failed timed_out", event: .failed),
        // Its time was up in any case: that somebody had asked for its end too does not hide it.
        Ending(
            name: "timed out, while a cancel is requested", end: .timedOut(.lost), isCancelRequested: true,
            attempt: .lost, job: "failed timed_out", event: .failed),
    ]

    @Test(arguments: TestEngine.available)
    func `the end of an attempt decides what becomes of its job and its credits`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)

        for ending in Self.endings {
            let claim = try await claim(for: actor, world)
            if ending.isCancelRequested { _ = try await world.cancelJob(claim.job.id, by: actor) }
            let before = try await world.balance(of: actor)

            try await end(claim, ending.end, world)

            let job = try await world.job(claim.job.id)
            let attempt = try #require(try await world.attempts(of: job.id).first)
            let state = [job.state.rawValue, job.failure?.code].compactMap { $0 }.joined(separator: " ")
            let isOver = job.state.isTerminal
            let released: Credits = isOver ? .whole(6) : .zero
            #expect(state == ending.job, "\(ending.name)")
            #expect(attempt.state == ending.attempt && attempt.endedAt == world.clock.now, "\(ending.name)")
            #expect(attempt.failure?.code == ending.end.failure?.code, "\(ending.name)")
            #expect(try await world.events(of: job.id, actor).last == ending.event, "\(ending.name)")
            #expect(
                try await world.balance(of: actor)
                    == Balance(available: before.available + released, reserved: before.reserved - released),
                "\(ending.name)")
            // A job that waits for another attempt keeps its slot.
            #expect((job.slotAt != nil) == !isOver, "\(ending.name)")
        }
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a rejected input has its name in the job's failure, and the provider's name in the attempt's`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let picture = try await world.upload(for: actor)
        let request = JobRequest(kind: .backgroundRemoval, parameters: ["inputAssetId": .string(picture.rawValue)])
        guard case .submitted(let jobs) = try await world.submitJob([request], by: actor) else { return }
        try await world.work()
        world.provider.failAll(ProviderFailure(.invalidInput, "image_url: Not an image.", isTransient: false))

        world.clock.advance(by: .seconds(2))
        try await world.work()

        let message = "The provider rejected the input: inputAssetId: Not an image. No credits were charged."
        #expect(try await world.job(jobs[0].id).failure?.message == message)
        #expect(try await world.attempts(of: jobs[0].id).first?.failure?.message == "image_url: Not an image.")
        let told = try await world.database.read {
            try $0.jobs.events(of: jobs[0].id, account: actor.account).last?.data["message"]
        }
        #expect(told == .string(message))
    }

    /// What the provider asks for, in seconds, and when the next attempt begins: the first delay is two seconds.
    @Test(arguments: [(nil, 2), (1, 2), (30, 30)] as [(Int64?, Int64)])
    func `the next attempt begins when the policy and the provider allow it`(
        asked: Int64?, seconds: Int64
    ) async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let claim = try await claim(for: actor, world)
        let retry = AttemptEnd.Retry.allowed(RetryPolicy(), after: asked.map { .seconds($0) }, jitter: 0.5)

        try await end(claim, .failed(Self.busy, retry: retry), world)

        let next = world.clock.now + .seconds(seconds)
        #expect(try await world.job(claim.job.id).runAt == next)
        #expect(try await world.eventData(of: claim.job.id, actor)[.retried]
            == [
                "code": "provider_busy", "message": "The provider is busy.", "attempt": 2, "maximumAttempts": 4,
                "runAt": .integer(next.milliseconds),
            ])
        world.clock.now = next - .milliseconds(1)
        #expect(try await world.claim().isEmpty)
        world.clock.now = next
        #expect(try await world.claim().map(\.job.attemptCount) == [2])
    }

    @Test func `an attempt that was not sent does not count among those that a retry announces`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let now = world.clock.now
        let unsent = try await claim(for: actor, world)
        try await world.database.write(of: actor.account) { try $0.jobs.returnUnsent(unsent, now: now) }
        let claim = try #require(try await world.claim().first)

        try await end(claim, .failed(Self.busy, retry: Self.again), world)

        let announced = try #require(try await world.eventData(of: claim.job.id, actor)[.retried])
        #expect(claim.job.attemptCount == 2 && announced["attempt"] == 2 && announced["maximumAttempts"] == 4)
    }

    @Test(arguments: TestEngine.available)
    func `an attempt ends once, and so does its job`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let claim = try await claim(for: actor, world)
        try await end(claim, .failed(.flagged), world)
        let (job, attempts) = (try await world.job(claim.job.id), try await world.attempts(of: claim.job.id))
        world.clock.advance(by: .seconds(1))

        for end in [AttemptEnd.cancelled, .lost(retry: Self.again), .timedOut(.lost), .failed(.lost)] {
            try await self.end(claim, end, world)
        }

        #expect(try await world.job(claim.job.id) == job)
        #expect(try await world.attempts(of: claim.job.id) == attempts)
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .failed])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `an attempt whose job has ended ends alone`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)

        for end in [AttemptEnd.cancelled, .failed(.flagged), .lost(retry: Self.again), .timedOut(.lost)] {
            let claim = try await claim(for: actor, world)
            let now = world.clock.now
            _ = try await world.database.write(of: actor.account) {
                try $0.jobs.end([JobEnding(claim.job, .failed(.inputMissing), now: now)])
            }

            try await self.end(claim, end, world)

            #expect(try await world.attempts(of: claim.job.id).map(\.state) == [end.state])
            #expect(try await world.job(claim.job.id).failure?.code == "input_missing")
            #expect(try await world.events(of: claim.job.id, actor) == [.queued, .started, .failed])
        }
        #expect(try await world.balance(of: actor) == .of(10_000))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `only a job that is queued and past its deadline fails in the queue`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let retried = try await claim(for: actor, world)
        try await end(retried, .failed(Self.busy, retry: Self.again), world)
        let processing = try await claim(for: actor, world)
        let never = try await world.submit(for: actor)
        let deadline = try #require(retried.job.deadlineAt)

        func failOverdue() async throws -> [JobState] {
            let jobs = [retried.job.id, processing.job.id, never.id]
            let now = world.clock.now
            try await world.database.write(of: actor.account) { transaction in
                for job in jobs { try transaction.jobs.failOverdue(job, now: now) }
            }
            var states: [JobState] = []
            for job in jobs { states.append(try await world.job(job).state) }
            return states
        }
        world.clock.now = deadline - .milliseconds(1)
        #expect(try await failOverdue() == [.queued, .processing, .queued])
        world.clock.now = deadline

        // A job that was never sent has no deadline.
        #expect(try await failOverdue() == [.failed, .processing, .queued])
        #expect(try await world.job(retried.job.id).failure?.code == "timed_out")
        #expect(try await world.balance(of: actor) == .of(8_800, 1_200))
    }

    /// A job that was just submitted, with its attempt.
    private func claim(for actor: Actor, _ world: TestWorld) async throws -> Claim {
        let job = try await world.submit(for: actor)
        let claim = try #require(try await world.claim().first)
        #expect(claim.job.id == job.id)
        return claim
    }

    private func end(_ claim: Claim, _ end: AttemptEnd, _ world: TestWorld) async throws {
        let now = world.clock.now
        try await world.database.write(of: claim.job.account) {
            try $0.jobs.end(claim.attempt, of: claim.job, end, now: now)
        }
    }
}
