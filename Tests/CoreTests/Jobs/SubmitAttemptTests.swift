@testable import Core
import Foundation
import Logging
import SQL
import Testing
import TestSupport

struct SubmitAttemptTests {
    @Test(arguments: TestEngine.available)
    func `the provider is sent what the endpoint asks for, with percents as fractions and pictures as links`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let picture = try await world.upload(for: actor)
        let request = JobRequest(
            kind: .styleTransfer, parameters: [
                "prompt": "as a woodcut", "inputAssetId": .string(picture.rawValue), "strength": 80,
            ])

        guard case .submitted(let jobs) = try await world.submitJob([request], by: actor) else { return }
        try await world.work()

        let sent = try #require(world.provider.submissions.first)
        #expect(sent.endpoint.rawValue == "fal-ai/flux/dev/image-to-image")
        let link = try #require(sent.input["image_url"]?.string)
        #expect(link.hasPrefix("http://darkroom.test/files/uploads/\(actor.account)/\(picture).png?"))
        #expect(sent.input == [
            "prompt": "as a woodcut", "image_url": .string(link),
            "strength": .decimal(Decimal(80) / 100),
            "num_images": 1, "output_format": "png",
        ])
        #expect(try await world.attempts(of: jobs[0].id).first?.state == .submitted)
    }

    @Test(arguments: TestEngine.available)
    func `an input picture must be the account's own, and exist`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let stranger = try await world.account(credits: 100)
        let picture = try await world.upload(for: stranger)
        let request = JobRequest(kind: .backgroundRemoval, parameters: ["inputAssetId": .string(picture.rawValue)])

        let error = await #expect(throws: SubmitError.self) { try await world.submitJob([request], by: actor) }

        guard case .parameter(let wrong) = error else {
            return #expect(Bool(false), "another refusal: \(String(describing: error))")
        }
        #expect(wrong.field == "inputAssetId")
        #expect(try await world.balance(of: actor).reserved == .zero)
    }

    @Test(arguments: TestEngine.available)
    func `a job whose endpoint is gone fails and costs nothing`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.database.write(order: .alone) { _ = try $0.execute("UPDATE endpoints SET disabled_at = 1") }
        world.clock.advance(by: .seconds(5))

        try await world.work()

        #expect(try await world.job(job.id).failure?.code == "provider_misconfigured")
        #expect(try await world.balance(of: actor).available == .whole(100))
        #expect(try await world.differences() == [])
    }

    @Test func `a refusal is in the log with the account, the endpoint and the provider's reason`() async throws {
        let log = RecordedLog()
        let world = try await TestWorld(logger: log.logger)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        world.provider.behave(.refuse(ProviderFailure(.contentPolicy, "not that", isTransient: false)))

        try await world.work()

        let attempt = try #require(try await world.attempts(of: job.id).first)
        #expect(log.lines(at: .warning) == ["""
            attempt refused account=\(actor.account) attempt=\(attempt.id) code=content_policy \
            endpoint=fal-ai/flux/schnell job=\(job.id) reason=not that
            """])
    }

    @Test(arguments: TestEngine.available)
    func `a cancel while the job is being sent is sent on as soon as the provider has it`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        world.provider.whileSubmitting { _ in
            do { #expect(try await world.cancelJob(job.id, by: actor).state == .processing) } catch {
                Issue.record(error)
            }
        }

        try await world.work()

        #expect(try await world.job(job.id).state == .cancelled)
        #expect(world.provider.cancels == world.provider.requests.map(\.id))
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .cancelRequested, .cancelled])
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a cancel while the job is being sent does not wait for a response that was lost`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.provider.behave(.vanish)
        let job = try await world.submit(for: actor)
        world.provider.whileSubmitting { _ in
            do { _ = try await world.cancelJob(job.id, by: actor) } catch { Issue.record(error) }
        }

        try await world.work()
        world.clock.advance(by: .seconds(60))
        try await world.work()

        #expect(try await world.job(job.id).state == .cancelled)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
    }

    @Test(arguments: TestEngine.available)
    func `a cancel while the job is claimed but not sent prevents it from being sent`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let claim = try #require(try await world.claim().first)
        _ = try await world.cancelJob(job.id, by: actor)

        try await world.makeSubmitAttempt()(claim, isShuttingDown: false)

        #expect(try await world.job(job.id).state == .cancelled)
        #expect(world.provider.submissions.isEmpty)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a worker whose lease ran out does not send`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let claim = try #require(try await world.claim().first)
        world.clock.advance(by: .seconds(30))
        try await world.work()

        try await world.makeSubmitAttempt()(claim, isShuttingDown: false)

        #expect(world.provider.submissions.isEmpty)
        #expect(try await world.attempts(of: job.id).map(\.state) == [.noResponse])
    }

    @Test(arguments: TestEngine.available, [
        FakeProvider.Behavior.accept, .acceptSilently,
        .refuse(ProviderFailure(.unavailable, "down", isTransient: true)),
        .refuse(ProviderFailure(.invalidInput, "no", isTransient: false)),
    ])
    func `a response that comes after its attempt was abandoned changes nothing`(
        on engine: TestEngine, behavior: FakeProvider.Behavior
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let (gate, first) = (Gate(), Countdown(1))
        world.provider.behave(behavior)
        world.provider.whileSubmitting { _ in if first.hits() { await gate.pass() } }

        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { gate.open() }
            group.addTask { try await world.makeWorker().runOnce() }
            await gate.arrivals()
            // Its lease ends, then the time-out for its response, then the wait for another attempt.
            for wait in [31, 121, 5] as [Int64] {
                world.clock.advance(by: .seconds(wait))
                try await world.work()
            }
            #expect(try await world.attempts(of: job.id).map(\.state) == [.lost, .submitted])
            gate.open()
            try await group.waitForAll()
        }

        #expect(try await world.attempts(of: job.id).map(\.state) == [.lost, .submitted])
        #expect(try await world.job(job.id).state == .processing)
        try await world.workUntilEnded(actor)
        #expect(try await world.job(job.id).state == .completed)
        #expect(try await world.brokenPromises() == [])
    }

    @Test(arguments: TestEngine.available)
    func `cancelling during the wait for another attempt is immediate`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.provider.behave(.refuse(ProviderFailure(.unavailable, "down", isTransient: true)))
        let job = try await world.submit(for: actor)
        try await world.work()
        #expect(try await world.job(job.id).state == .queued)

        #expect(try await world.cancelJob(job.id, by: actor).state == .cancelled)
        world.clock.advance(by: .seconds(60))
        try await world.work()

        #expect(world.provider.submissions.count == 1)
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .retried, .cancelled])
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a job whose time ran out in the queue fails, and is not sent once more`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.provider.behave(.refuse(ProviderFailure(.unavailable, "down", isTransient: true)))
        let job = try await world.submit(for: actor)
        try await world.work()

        // No worker was there for an hour.
        world.clock.advance(by: .seconds(3_600))
        try await world.work()

        #expect(try await world.job(job.id).failure?.code == "timed_out")
        #expect(world.provider.submissions.count == 1)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `being returned costs a job none of its attempts`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        for _ in 0..<4 {
            let claim = try #require(try await world.claim().first)
            try await world.makeSubmitAttempt()(claim, isShuttingDown: true)
        }
        world.provider.behave(.refuse(ProviderFailure(.unavailable, "down", isTransient: true)))

        try await world.work()
        #expect(try await world.job(job.id).state == .queued)
        try await world.workUntilEnded(actor)

        #expect(try await world.job(job.id).state == .completed)
        #expect(try await world.attempts(of: job.id).map(\.state)
            == [.returned, .returned, .returned, .returned, .failed, .succeeded])
        #expect(try await world.differences() == [])
    }
}
