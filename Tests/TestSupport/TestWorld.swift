package import Core
import Logging
package import SQL

/// The whole product without HTTP: a real database, a provider inside the test, a clock that the test moves.
package final class TestWorld: Sendable {
    package let database: Database
    package let clock = FakeTime()
    package let provider: FakeProvider
    package let submitJob: SubmitJob
    package let cancelJob: CancelJob
    package let receiveWebhook: ReceiveWebhook
    package let addresses: WebhookAddresses
    package let rules: WorkRules
    package let wakeUp = WakeUp()
    package let catalog: CatalogCache
    package let folder: TemporaryFolder
    private let providers: Providers
    private let brake: CostBrake?
    private let engine: any SQL.Engine
    private let store: Store
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// What goes wrong with an output on its way into the store; nil if it is stored.
    package typealias Store = @Sendable (OutputSource) async throws -> StoreOutcome?

    /// - Parameters:
    ///   - dailyCost: The daily provider budget, in micro-dollars; nil means no limit.
    ///   - before: A world that has come to rest, whose database this one continues with: faster than an empty one.
    ///   - wrap: Wraps the database, once its schema exists.
    ///   - wrapProvider: Wraps the provider.
    package init(
        _ engine: TestEngine = .sqlite, after before: TestWorld? = nil, provider: FakeProvider = FakeProvider(),
        rules: WorkRules = WorkRules(), userIDs: [ProviderName: String] = [:], dailyCost: Int64? = nil, store: @escaping Store = { _ in nil },
        wrap: (any SQL.Engine) -> any SQL.Engine = { $0 }, wrapProvider: (FakeProvider) -> any Provider = { $0 }
    ) async throws {
        self.provider = provider
        self.rules = rules
        self.store = store
        if let before {
            folder = before.folder
            self.engine = before.engine
        } else {
            folder = try TemporaryFolder()
            self.engine = try await engine.database(in: folder.path).engine
        }
        database = Database(wrap(self.engine))
        catalog = CatalogCache(database, time: clock.time)
        brake = dailyCost.map { [catalog] in CostBrake(limit: $0, catalog: catalog) }
        addresses = WebhookAddresses(secret: Array(repeating: 7, count: 32), publicURL: "http://darkroom.test")
        submitJob = SubmitJob(
            price: PriceRequest(catalog: catalog, database: database), database: database, time: clock.time, wakeUp: wakeUp)
        cancelJob = CancelJob(database: database, time: clock.time, wakeUp: wakeUp)
        providers = Providers(serving: ["fal": wrapProvider(provider)])
        receiveWebhook = ReceiveWebhook(
            database: database, providers: providers, addresses: addresses, userIDs: userIDs, time: clock.time, wakeUp: wakeUp,
            logger: logger)
    }

    /// Another worker on the same database, as another process would have it.
    package func makeWorker() -> Worker {
        let settle = SettleJob(database: database, store: { try await self.keep($0) }, rules: rules, time: clock.time, logger: logger)
        return Worker(
            database: database, providers: providers, handOver: makeHandOver(),
            followUp: FollowUp(
                database: database, providers: providers, settle: settle, rules: rules, time: clock.time, wakeUp: wakeUp, logger: logger),
            rules: rules, brake: brake, time: clock.time, wakeUp: wakeUp, logger: logger)
    }

    package func makeHandOver() -> HandOver {
        HandOver(
            database: database, providers: providers, catalog: catalog, webhooks: addresses,
            inputLink: { asset, _, _ in "http://darkroom.test/\(asset)" }, rules: rules, time: clock.time, wakeUp: wakeUp,
            logger: logger)
    }

    private func keep(_ source: OutputSource) async throws -> StoreOutcome {
        if let outcome = try await store(source) { return outcome }
        let now = clock.now
        let id = ID<Asset>.make(at: now)
        let asset = Asset(
            id: id, account: source.account, createdBy: nil, job: source.job, outputIndex: source.index,
            key: .output(source.index, of: source.job, source.account, .png), name: "\(source.index).png",
            type: .png, size: 1, sha256: "", dimensions: nil, createdAt: now, expiresAt: nil)
        return .stored(NewOutput(asset, isWrittenDown: false))
    }

    /// A person's own account, with this many whole credits.
    package func account(credits: Int64 = 0, plan: String = "enterprise") async throws -> Actor {
        let now = clock.now
        let id = ID<User>.make(at: now)
        let account = ID<Account>(rawValue: id.rawValue)
        try await database.write(order: .alone) { transaction in
            try transaction.execute("""
                INSERT INTO users (id, email, email_key, role, metadata, created_at, updated_at)
                VALUES ($1, $2, $2, 'user', '{}', $3, $3)
                """, id, "\(id)@example.com", now)
            try transaction.execute("""
                INSERT INTO accounts (id, name, personal_user_id, plan, created_at) VALUES ($1, 'Test', $1, $2, $3)
                """, account, plan, now)
            try transaction.openBalance(of: account, now: now)
            if credits > 0 { try transaction.grant(.bonus, .whole(credits), to: account, key: "test:\(id)", now: now) }
        }
        return Actor(account: account, user: id, key: nil, role: .owner, platformRole: .user)
    }

    /// A plan that the test defines.
    package func plan(
        _ name: String, concurrentJobs: Int = 1, jobsPerHour: Int? = nil, weight: Int = 1, headStart: Duration = .zero
    ) async throws {
        try await database.write(order: .alone) {
            _ = try $0.execute("""
                INSERT INTO plans (name, monthly_credits, concurrent_jobs, jobs_per_hour, weight, head_start) VALUES ($1, 0, $2, $3, $4, $5)
                """, name, concurrentJobs, jobsPerHour, weight, headStart.milliseconds)
        }
    }

    /// A picture that the account owns, 640 by 480.
    package func upload(for actor: Actor) async throws -> ID<Asset> {
        let now = clock.now
        let id = ID<Asset>.make(at: now)
        try await database.write(order: .alone) {
            try $0.insertAsset(Asset(
                id: id, account: actor.account, createdBy: actor.user, key: .upload(id, of: actor.account, .png), name: "picture.png",
                type: .png, size: 1, sha256: "", dimensions: ImageSize(width: 640, height: 480), createdAt: now, expiresAt: nil))
        }
        return id
    }

    /// Submits a text_to_image job: 6 credits an image.
    @discardableResult
    package func submit(
        for actor: Actor, prompt: String = "a red dress", images: Int64 = 1, idempotency: Idempotency? = nil
    ) async throws -> Job {
        let request = JobRequest(kind: .textToImage, parameters: ["prompt": .string(prompt), "numImages": .integer(images)])
        guard case .submitted(let jobs) = try await submitJob([request], by: actor, idempotency: idempotency), let job = jobs.first
        else { throw Unexpected("the submission returned a stored response") }
        return job
    }

    /// Lets the worker do everything that is due at this instant, to the end.
    package func work() async throws {
        try await work(makeWorker())
    }

    package func work(_ worker: Worker) async throws {
        var rounds = 0
        while try await worker.runOnce() > 0 {
            rounds += 1
            if rounds > 100 { throw Unexpected("there is always something due") }
        }
    }

    /// Works, advances the clock, and works again, until no job of the account is alive.
    package func workUntilEnded(_ actor: Actor, step: Duration = .seconds(5), steps: Int = 200) async throws {
        for _ in 0..<steps {
            try await work()
            if try await living(actor) == 0 { return }
            clock.advance(by: step)
            provider.finishAll()
        }
        throw Unexpected("jobs of \(actor.account) do not end")
    }

    /// Sends the webhook of a request as the provider would, whether the request has ended or not.
    @discardableResult
    package func deliverWebhook(_ id: String, user: String = "us", headers: [String: String] = [:]) async throws -> ReceiveWebhook.Outcome {
        guard let request = provider.requests.first(where: { $0.id == id }) else { throw Unexpected("no request \(id)") }
        let webhook = provider.webhook(request, user: user)
        return try await receiveWebhook(
            ReceivedWebhook(headers: webhook.headers.merging(headers) { _, new in new }, body: webhook.body), from: provider.name,
            token: request.token)
    }

    package func attempts(of job: ID<Job>) async throws -> [Attempt] {
        try await database.read { try $0.attempts(of: job) }
    }

    package func job(_ id: ID<Job>) async throws -> Job {
        guard let job = try await database.read({ try $0.job(id) }) else { throw Unexpected("no job \(id)") }
        return job
    }

    package func balance(of actor: Actor) async throws -> Balance {
        try await database.read { try $0.balance(of: actor.account) }
    }

    package func events(of job: ID<Job>, _ actor: Actor) async throws -> [JobEvent.EventType] {
        try await database.read { try $0.events(of: job, account: actor.account) }.map(\.type)
    }

    package func differences() async throws -> [String] {
        try await Audit(database)().differences.map(\.description)
    }

    private func living(_ actor: Actor) async throws -> Int {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT COUNT(*) AS count FROM jobs WHERE account_id = $1 AND ended_at IS NULL", actor.account)?.get("count") ?? 0
        }
    }
}

package struct Unexpected: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
