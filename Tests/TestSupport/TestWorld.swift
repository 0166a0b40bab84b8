package import Core
package import Logging
package import SQL

/// The whole product without HTTP: a real database, a provider inside the test, a clock that the test moves.
package final class TestWorld: Sendable {
    package let app: Darkroom
    package let clock = FakeTime()
    package let provider: FakeProvider
    package let folder: TemporaryFolder
    package let rules: WorkRules
    private let engine: any SQL.Engine

    /// What goes wrong with an output on its way into the store; nil where it is stored.
    package typealias Store = @Sendable (OutputSource) async throws -> StoreOutcome?

    /// - Parameters:
    ///   - userID: The account at the provider that the operator configured.
    ///   - dailyCost: What providers may cost in a day; nil means no limit.
    ///   - before: A world that has come to rest, whose database this one continues with: faster than an empty one.
    ///   - wrap: Wraps the database, once its schema exists.
    ///   - wrapProvider: Wraps the provider.
    package init(
        _ engine: TestEngine = .sqlite, after before: TestWorld? = nil, provider: FakeProvider = FakeProvider(),
        rules: WorkRules = WorkRules(), userID: String? = nil, dailyCost: MicroDollars? = nil,
        files change: (inout Files.Settings) -> Void = { _ in },
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        store: @escaping Store = { _ in nil }, wrap: (any SQL.Engine) -> any SQL.Engine = { $0 },
        wrapProvider: (FakeProvider) -> any Provider = { $0 }
    ) async throws {
        self.provider = provider
        self.rules = rules
        if let before {
            folder = before.folder
            self.engine = before.engine
        } else {
            folder = try TemporaryFolder()
            self.engine = try await engine.database(in: folder.path).engine
        }
        let platform = try await Platform.testing(
            Database(wrap(self.engine)), clock, publicURL: "http://darkroom.test", logger: logger)
        let served = wrapProvider(provider)
        var files = Files.Settings(folder: folder.path + "/files")
        change(&files)
        app = try await Darkroom(platform, DarkroomSettings(
            accounts: .init(passwordCost: .trivial), files: files,
            providers: .init([{ _ in Providers.Entry(served, serves: .fal, userID: userID) }]),
            jobs: .init(rules: rules, providerCostPerDay: dailyCost) { [time = clock.time] in
                try await TestWorld.stored($0, at: time.now(), unless: store)
            }))
    }

    package var submitJob: SubmitJob { app.jobs.submit }
    package var cancelJob: CancelJob { app.jobs.cancel }
    package var receiveWebhook: ReceiveWebhook { app.jobs.receiveWebhook }
    package var database: Database { app.platform.database }
    package var catalog: Catalog { app.catalog }
    package var addresses: WebhookAddresses { app.jobs.webhookAddresses }
    package var notifier: Notifier { app.platform.notifier }

    /// One more worker on the same database, as another process would have it.
    package func makeWorker() -> Worker { app.jobs.makeWorker() }

    package func makeSubmitAttempt() -> SubmitAttempt { app.jobs.makeSubmitAttempt() }

    /// A row and no file.
    private static func stored(
        _ source: OutputSource, at now: Instant, unless store: Store
    ) async throws -> StoreOutcome {
        if let outcome = try await store(source) { return outcome }
        let id = ID<Asset>.make(at: now)
        let asset = Asset(
            id: id, account: source.account, createdBy: nil, job: source.job, outputIndex: source.index,
            key: .output(source.index, of: source.job, source.account, .png), name: "\(source.index).png",
            type: .png, size: 1, sha256: "", dimensions: nil, createdAt: now, expiresAt: nil)
        return .stored(NewOutput(asset, isRegistered: false))
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
            try transaction.ledger.openBalance(of: account, now: now)
            if credits > 0 {
                try transaction.ledger.grant(.bonus, .whole(credits), to: account, key: "test:\(id)", now: now)
            }
        }
        return Actor(account: account, user: id, key: nil, role: .owner, platformRole: .user)
    }

    /// A plan that the test defines.
    package func plan(
        _ name: String, concurrentJobs: Int = 1, jobsPerHour: Int? = nil, weight: Int = 1, headStart: Duration = .zero
    ) async throws {
        try await database.write(order: .alone) {
            _ = try $0.execute("""
                INSERT INTO plans (name, monthly_credits, concurrent_jobs, jobs_per_hour, weight, head_start)
                VALUES ($1, 0, $2, $3, $4, $5)
                """, name, concurrentJobs, jobsPerHour, weight, headStart.milliseconds)
        }
    }

    /// A picture that the account owns, 640 by 480.
    package func upload(for actor: Actor) async throws -> ID<Asset> {
        let now = clock.now
        let id = ID<Asset>.make(at: now)
        try await database.write(order: .alone) {
            try $0.files.insertAsset(Asset(
                id: id, account: actor.account, createdBy: actor.user, key: .upload(id, of: actor.account, .png),
                name: "picture.png",
                type: .png, size: 1, sha256: "", dimensions: ImageSize(width: 640, height: 480), createdAt: now,
                expiresAt: nil))
        }
        return id
    }

    /// Submits a text_to_image job: 6 credits an image.
    @discardableResult
    package func submit(
        for actor: Actor, prompt: String = "a red dress", images: Int64 = 1, idempotency: Idempotency? = nil
    ) async throws -> Job {
        let request = JobRequest(
            kind: .textToImage, parameters: ["prompt": .string(prompt), "numImages": .integer(images)])
        guard case .submitted(let jobs) = try await submitJob([request], by: actor, idempotency: idempotency),
            let job = jobs.first
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
    package func deliverWebhook(
        _ id: String, user: String = "us", headers: [String: String] = [:]
    ) async throws -> ReceiveWebhook.Outcome {
        guard let request = provider.requests.first(where: { $0.id == id }) else {
            throw Unexpected("no request \(id)")
        }
        let webhook = provider.webhook(request, user: user)
        return try await receiveWebhook(
            ReceivedWebhook(headers: webhook.headers.merging(headers) { _, new in new }, body: webhook.body),
            from: provider.name,
            token: request.token)
    }

    package func attempts(of job: ID<Job>) async throws -> [Attempt] {
        try await database.read { try $0.jobs.attempts(of: job) }
    }

    package func job(_ id: ID<Job>) async throws -> Job {
        guard let job = try await database.read({ try $0.jobs.job(id) }) else { throw Unexpected("no job \(id)") }
        return job
    }

    package func balance(of actor: Actor) async throws -> Balance {
        try await database.read { try $0.ledger.balance(of: actor.account) }
    }

    package func events(of job: ID<Job>, _ actor: Actor) async throws -> [JobEvent.EventType] {
        try await database.read { try $0.jobs.events(of: job, account: actor.account) }.map(\.type)
    }

    package func differences() async throws -> [String] {
        try await LedgerCheck(database)().differences.map(\.description)
    }

    private func living(_ actor: Actor) async throws -> Int {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT COUNT(*) AS count FROM jobs WHERE account_id = $1 AND ended_at IS NULL",
                actor.account)?.get("count") ?? 0
        }
    }
}

package struct Unexpected: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
