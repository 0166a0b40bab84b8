@testable import Core
import SQL
import Testing
import TestSupport

struct WebhookTests {
    @Test(arguments: TestEngine.available)
    func `a token that this installation did not make is unknown`(on engine: TestEngine) async throws {
        let (world, _, job) = try await submitted(engine)
        let request = try #require(world.provider.requests.first)
        let attempt = try #require(try await world.attempts(of: job.id).first)
        let webhook = world.provider.webhook(request)
        let other = WebhookAddresses(secret: Array(repeating: 8, count: 32), publicURL: "http://darkroom.test")
        let stranger = ID<Attempt>.make(at: world.clock.now)

        for token in [
            "", "nonsense", attempt.id.rawValue, request.token + "0", String(request.token.dropLast()),
            other.token(of: attempt.id, at: "fake"), world.addresses.token(of: attempt.id, at: "other"),
            world.addresses.token(of: stranger, at: "fake"), request.token.replacing(".", with: ".."),
        ] {
            await #expect(throws: WebhookRefusal.unknownToken) {
                try await world.receiveWebhook(webhook, from: "fake", token: token)
            }
        }
        await #expect(throws: WebhookRefusal.unknownToken) {
            try await world.receiveWebhook(webhook, from: "other", token: request.token)
        }
        #expect(try await world.attempts(of: job.id).first?.state == .submitted)
    }

    @Test(arguments: TestEngine.available)
    func `a forged or malformed webhook is refused and changes nothing`(on engine: TestEngine) async throws {
        let (world, _, job) = try await submitted(engine)
        let request = try #require(world.provider.requests.first)

        await #expect(throws: WebhookRefusal.badSignature) {
            try await world.deliverWebhook(request.id, headers: ["signature": "forged"])
        }
        await #expect(throws: WebhookRefusal.malformed) {
            try await world.receiveWebhook(ReceivedWebhook(headers: [:], body: []), from: "fake", token: request.token)
        }

        #expect(try await world.attempts(of: job.id).first?.state == .submitted)
    }

    @Test(arguments: TestEngine.available)
    func `a result of another request is refused`(on engine: TestEngine) async throws {
        let (world, _, job) = try await submitted(engine)
        let request = try #require(world.provider.requests.first)

        await #expect(throws: WebhookRefusal.wrongRequest) {
            try await world.deliverWebhook(request.id, headers: ["request": "somebody-else's"])
        }

        #expect(try await world.attempts(of: job.id).first?.state == .submitted)
    }

    @Test(arguments: TestEngine.available)
    func `a request that is another attempt's is not adopted`(on engine: TestEngine) async throws {
        let (world, actor, _) = try await submitted(engine)
        world.provider.behave(.acceptSilently)
        let second = try await world.submit(for: actor)
        try await world.work()
        world.provider.finishAll()
        let first = try #require(world.provider.requests.first)
        let noResponse = try #require(world.provider.requests.last)

        await #expect(throws: WebhookRefusal.wrongRequest) {
            try await world.receiveWebhook(world.provider.webhook(first), from: "fake", token: noResponse.token)
        }

        #expect(try await world.attempts(of: second.id).map(\.state) == [.noResponse])
    }

    @Test(arguments: TestEngine.available)
    func `once the operator's account there is known, a webhook signed for another is refused`(
        on engine: TestEngine
    ) async throws {
        let (world, actor, _) = try await submitted(engine)
        world.provider.finishAll()
        _ = try await world.deliverWebhook(try #require(world.provider.requests.first).id, user: "us")
        let second = try await world.submit(for: actor)
        try await world.work()
        world.provider.finishAll()
        let request = try #require(world.provider.requests.last)

        await #expect(throws: WebhookRefusal.wrongAccount) { try await world.deliverWebhook(request.id, user: "them") }
        #expect(try await world.attempts(of: second.id).map(\.state) == [.submitted])

        #expect(try await world.deliverWebhook(request.id, user: "us") == .recorded)
    }

    @Test(arguments: TestEngine.available)
    func `a configured account is believed, and nothing is learned`(on engine: TestEngine) async throws {
        let (world, _, _) = try await submitted(engine, userID: "us")
        world.provider.finishAll()
        let request = try #require(world.provider.requests.first)

        await #expect(throws: WebhookRefusal.wrongAccount) { try await world.deliverWebhook(request.id, user: "them") }
        #expect(try await world.deliverWebhook(request.id, user: "us") == .recorded)
        #expect(try await learned(world) == nil)
    }

    @Test(arguments: TestEngine.available)
    func `the operator's account there is learned only from a request that its own submission recorded`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.provider.behave(.acceptSilently)
        try await world.submit(for: actor)
        try await world.work()
        world.provider.finishAll()
        let adopted = try #require(world.provider.requests.first)

        _ = try await world.deliverWebhook(adopted.id, user: "them")
        _ = try await world.deliverWebhook(adopted.id, user: "them")
        #expect(try await learned(world) == nil)

        try await world.submit(for: actor)
        try await world.work()
        world.provider.finishAll()
        _ = try await world.deliverWebhook(try #require(world.provider.requests.last).id, user: "us")
        #expect(try await learned(world) == "us")
    }

    @Test(arguments: TestEngine.available)
    func `a result that comes before the submission's response is settled once`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        world.provider.whileSubmitting { request in
            world.provider.finish(request.id)
            do { #expect(try await world.deliverWebhook(request.id) == .recorded) } catch { Issue.record(error) }
        }

        try await world.work()

        let attempt = try #require(try await world.attempts(of: job.id).first)
        #expect(attempt.state == .succeeded)
        #expect(attempt.requestID == world.provider.requests.first?.id)
        #expect(attempt.submittedAt != nil)
        #expect(attempt.cost > 0)
        // A result that was sent is not polled for.
        #expect(world.provider.polls == 0)
        try await expectPaidOnce(job, actor, world)
    }

    @Test(arguments: TestEngine.available)
    func `a result that is settled before the submission's response stays settled`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        world.provider.whileSubmitting { request in
            world.provider.finish(request.id)
            do {
                _ = try await world.deliverWebhook(request.id)
                try await world.work()
                #expect(try await world.job(job.id).state == .completed)
            } catch { Issue.record(error) }
        }

        try await world.work()

        let attempt = try #require(try await world.attempts(of: job.id).first)
        #expect(attempt.state == .succeeded)
        #expect(attempt.cost > 0)
        try await expectPaidOnce(job, actor, world)
    }

    @Test(arguments: TestEngine.available)
    func `a webhook and a poll that bring the same result settle it once`(on engine: TestEngine) async throws {
        let (world, actor, job) = try await submitted(engine)
        world.provider.finishAll()
        let request = try #require(world.provider.requests.first)
        world.clock.advance(by: .seconds(2))
        let workers = [world.makeWorker(), world.makeWorker()]

        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { try await worker.runOnce() } }
            for _ in 0..<5 { group.addTask { _ = try await world.deliverWebhook(request.id) } }
            try await group.waitForAll()
        }
        try await world.work()

        try await expectPaidOnce(job, actor, world)
    }

    @Test(arguments: TestEngine.available)
    func `a webhook without its result causes a poll`(on engine: TestEngine) async throws {
        let (world, actor, job) = try await submitted(engine)
        world.provider.finishAll()
        let request = try #require(world.provider.requests.first)

        #expect(try await world.deliverWebhook(request.id, headers: ["needs-poll": "1"]) == .recorded)
        try await world.work()

        #expect(world.provider.polls == 1)
        try await expectPaidOnce(job, actor, world)
    }

    @Test(arguments: TestEngine.available)
    func `a job cancelled for its deadline has timed out, even if the provider's webhook settles it first`(
        on engine: TestEngine
    ) async throws {
        let (world, actor, job) = try await submitted(engine)
        world.provider.whileCancelling { request in
            await #expect(throws: Never.self) {
                #expect(try await world.deliverWebhook(request) == .recorded)
                try await world.work()
            }
        }

        world.clock.advance(by: .seconds(3_600))
        try await world.work()

        #expect(world.provider.cancels.count == 1)
        #expect(try await world.job(job.id).failure?.code == "timed_out")
        #expect(try await world.attempts(of: job.id).map(\.state) == [.failed])
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a result after the job was cancelled or timed out is paid by nobody`(on engine: TestEngine) async throws {
        let (world, actor, job) = try await submitted(engine)
        world.clock.advance(by: .seconds(3_600))
        try await world.work()
        let request = try #require(world.provider.requests.first)

        #expect(try await world.deliverWebhook(request.id) == .repeated)
        try await world.work()

        #expect(try await world.job(job.id).failure?.code == "timed_out")
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test func `a token names its attempt, and any change of it names none`() {
        let addresses = WebhookAddresses(secret: Array(repeating: 7, count: 32), publicURL: "http://darkroom.test/")
        let attempt = ID<Attempt>.make(at: Instant(seconds: 1))
        let token = addresses.token(of: attempt, at: "fal")

        #expect(addresses.url(of: attempt, at: "fal") == "http://darkroom.test/api/webhooks/fal/\(token)")
        #expect(addresses.attempt(of: token, at: "fal") == attempt)
        for index in token.indices {
            let changed = token.replacingCharacters(at: index)
            #expect(addresses.attempt(of: changed, at: "fal") == nil)
        }
    }

    private func submitted(
        _ engine: TestEngine, userID: String? = nil
    ) async throws -> (TestWorld, Actor, Job) {
        let world = try await TestWorld(engine, userID: userID)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        return (world, actor, job)
    }

    private func learned(_ world: TestWorld) async throws -> String? {
        try await world.database.read { try $0.queryOne("SELECT user_id FROM provider_accounts")?.get("user_id") }
    }

    private func expectPaidOnce(_ job: Job, _ actor: Actor, _ world: TestWorld) async throws {
        #expect(try await world.job(job.id).state == .completed)
        #expect(world.provider.submissions.count == 1)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(94), reserved: .zero))
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .completed])
        #expect(try await world.differences() == [])
    }
}

extension String {
    fileprivate func replacingCharacters(at index: Index) -> String {
        String(self[..<index]) + (self[index] == "0" ? "1" : "0") + String(self[self.index(after: index)...])
    }
}
