@testable import Core
import Logging
import SQL
import Testing
import TestSupport

struct WorkerTests {
    @Test(arguments: TestEngine.available)
    func `a worker takes no more at once than it has room for`(on engine: TestEngine) async throws {
        var rules = WorkRules()
        rules.concurrency = 2
        let world = try await TestWorld(engine, rules: rules)
        let actor = try await world.account(credits: 100)
        _ = try await world.submit(5, for: actor)
        let worker = world.makeWorker()

        var submitted: [Int] = []
        for _ in 0..<3 {
            #expect(try await worker.runOnce() <= 4)
            submitted.append(world.provider.submissions.count)
        }
        world.clock.advance(by: .seconds(2))
        var polled: [Int] = []
        for _ in 0..<3 {
            _ = try await worker.runOnce()
            polled.append(world.provider.polls)
        }

        #expect(submitted == [2, 4, 5])
        #expect(polled == [2, 4, 5])
    }

    @Test(arguments: TestEngine.available)
    func `of two workers that race for the same jobs and results each does a part, and nothing twice`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actors = [try await world.account(credits: 100), try await world.account(credits: 100)]
        for actor in actors { _ = try await world.submit(8, for: actor) }
        let workers = (0..<4).map { _ in world.makeWorker() }

        for _ in 0..<3 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in workers { group.addTask { _ = try await worker.runOnce() } }
                try await group.waitForAll()
            }
            world.provider.finishAll()
            world.clock.advance(by: .seconds(2))
        }
        try await world.comeToRest()

        #expect(world.provider.submissions.count == 16)
        for actor in actors { #expect(try await world.balance(of: actor) == .of(5_200)) }
        #expect(try await world.brokenPromises() == [])
    }

    @Test func `what was claimed is sent, even if another provider's jobs cannot be claimed`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let jobs = try await world.submit(3, for: actor)
        try await world.database.write(order: .alone) { transaction in
            try transaction.execute("UPDATE jobs SET provider = 'second' WHERE id = $1", jobs[2].id)
            try transaction.runScript("""
                CREATE TRIGGER no_turns BEFORE INSERT ON provider_turns WHEN NEW.provider = 'broken'
                BEGIN SELECT RAISE(ABORT, 'broken'); END;
                """)
        }
        let worker = worker(in: world, [
            Providers.Entry(Named(name: "broken"), serves: "second"),
            Providers.Entry(world.provider, serves: .fal),
            Providers.Entry(Named(name: "broken"), serves: "third"),
        ])

        _ = try await worker.runOnce()

        #expect(world.provider.submissions.count == 2)
        // With nothing claimed the error is the caller's to see.
        await #expect(throws: DatabaseError.self) { try await worker.runOnce() }
        #expect(try await world.attempts(of: jobs[0].id).map(\.state) == [.submitted])
        #expect(try await world.job(jobs[2].id).state == .queued)
    }

    @Test func `each provider does the work of its own name, within its own limit`() async throws {
        let world = try await TestWorld(provider: FakeProvider(concurrency: 1))
        let actor = try await world.account(credits: 100)
        let jobs = try await world.submit(5, for: actor)
        let second = FakeProvider(concurrency: 2)
        try await world.database.write(order: .alone) { transaction in
            for job in jobs.suffix(3) {
                try transaction.execute("UPDATE jobs SET provider = 'second' WHERE id = $1", job.id)
            }
        }
        let worker = worker(in: world, [
            Providers.Entry(world.provider, serves: .fal),
            Providers.Entry(Named(second, name: "other"), serves: "second"),
        ])

        for _ in 0..<2 { _ = try await worker.runOnce() }

        #expect(world.provider.submissions.count == 1 && second.submissions.count == 2)
        let providers = try await world.database.read {
            try $0.query("SELECT provider FROM attempts ORDER BY provider").map {
                try $0.get("provider", as: String.self)
            }
        }
        #expect(providers == ["fake", "other", "other"])
    }

    private func worker(in world: TestWorld, _ entries: [Providers.Entry]) -> Worker {
        let (database, time, rules) = (world.database, world.clock.time, world.rules)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let providers = Providers(entries)
        let settle = SettleJob(
            database: database, store: { _ in .storeUnavailable("not here") }, rules: rules, time: time, logger: logger)
        return Worker(
            database: database, providers: providers,
            submitAttempt: SubmitAttempt(
                database: database, providers: providers, catalog: world.catalog, webhooks: world.addresses,
                inputLink: { _, _, _ in nil }, rules: rules, time: time, logger: logger),
            advanceAttempt: AdvanceAttempt(
                database: database, providers: providers, settle: settle, rules: rules, time: time, logger: logger),
            rules: rules, time: time, notifier: world.notifier, logger: logger)
    }
}

/// A provider under another name.
private struct Named: Provider {
    let provider: FakeProvider
    let name: ProviderName

    init(_ provider: FakeProvider = FakeProvider(), name: ProviderName) {
        self.provider = provider
        self.name = name
    }

    var concurrency: Int { provider.concurrency }
    var webhookTimeout: Duration { provider.webhookTimeout }

    func submit(_ submission: Submission) async -> SubmissionResult { await provider.submit(submission) }
    func poll(_ reference: ProviderReference) async -> PollResult { await provider.poll(reference) }
    func cancel(_ reference: ProviderReference) async -> CancelResult { await provider.cancel(reference) }
    func pollInterval(after polls: Int) -> Duration { provider.pollInterval(after: polls) }
    func outcome(of payload: JSON) -> ProviderOutcome { provider.outcome(of: payload) }
    func verify(_ webhook: ReceivedWebhook) async throws(WebhookRefusal) -> VerifiedWebhook {
        try await provider.verify(webhook)
    }
}
