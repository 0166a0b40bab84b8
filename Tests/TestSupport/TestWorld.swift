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
    private let worker: Worker

    package init(
        _ engine: TestEngine = .sqlite, provider: FakeProvider = FakeProvider(), rules: WorkRules = WorkRules(),
        wrap: (any SQL.Engine) -> any SQL.Engine = { $0 }
    ) async throws {
        self.provider = provider
        self.rules = rules
        folder = try TemporaryFolder()
        database = Database(wrap(try await engine.database(in: folder.path).engine))
        catalog = CatalogCache(database, time: clock.time)
        addresses = WebhookAddresses(secret: Array(repeating: 7, count: 32), publicURL: "http://darkroom.test")
        submitJob = SubmitJob(
            price: PriceRequest(catalog: catalog, database: database), database: database, time: clock.time, wakeUp: wakeUp)
        cancelJob = CancelJob(database: database, time: clock.time, wakeUp: wakeUp)
        let providers = Providers(serving: ["fal": provider])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        receiveWebhook = ReceiveWebhook(
            database: database, providers: providers, addresses: addresses, userIDs: [:], time: clock.time, wakeUp: wakeUp,
            logger: logger)
        worker = TestWorld.makeWorker(database, providers, catalog, addresses, rules, clock.time, wakeUp, logger)
    }

    private static func makeWorker(
        _ database: Database, _ providers: Providers, _ catalog: CatalogCache, _ addresses: WebhookAddresses,
        _ rules: WorkRules, _ time: Time, _ wakeUp: WakeUp, _ logger: Logger
    ) -> Worker {
        let settle = SettleJob(
            database: database,
            store: { source in
                .stored { transaction in
                    let id = ID<Asset>.make(at: time.now())
                    try transaction.insertAsset(Asset(
                        id: id, account: source.account, createdBy: nil, job: source.job, outputIndex: source.index,
                        key: .output(source.index, of: source.job, source.account, .png), name: "\(source.index).png",
                        type: .png, size: 1, sha256: "", dimensions: nil, createdAt: time.now(), expiresAt: nil))
                }
            },
            rules: rules, time: time, logger: logger)
        return Worker(
            database: database, providers: providers,
            handOver: HandOver(
                database: database, providers: providers, catalog: catalog, webhooks: addresses,
                inputLink: { asset, _, _ in "http://darkroom.test/\(asset)" }, rules: rules, time: time, wakeUp: wakeUp, logger: logger),
            followUp: FollowUp(
                database: database, providers: providers, settle: settle, rules: rules, time: time, wakeUp: wakeUp, logger: logger),
            rules: rules, time: time, wakeUp: wakeUp, logger: logger)
    }

    /// A person's own account, with as many whole credits.
    package func account(credits: Int64 = 0, plan: String = "enterprise") async throws -> Actor {
        let now = clock.now
        let id = ID<User>.make(at: now)
        let account = ID<Account>(rawValue: id.rawValue)
        try await database.write { transaction in
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

    /// Submits a text_to_image job: 6 credits an image.
    @discardableResult
    package func submit(
        for actor: Actor, prompt: String = "a red dress", images: Int64 = 1, idempotency: Idempotency? = nil
    ) async throws -> Job {
        let request = JobRequest(kind: .textToImage, parameters: ["prompt": .string(prompt), "numImages": .integer(images)])
        guard case .submitted(let jobs) = try await submitJob([request], by: actor, idempotency: idempotency), let job = jobs.first
        else { throw Unexpected("the submission was answered from what was kept") }
        return job
    }

    /// Lets the worker do whatever is due at this instant, to the end.
    package func work() async throws {
        var rounds = 0
        while try await worker.runOnce() > 0 {
            rounds += 1
            if rounds > 100 { throw Unexpected("there is always something due") }
        }
    }

    /// Works, moves the clock, and works again, as often as it takes until no job of the account is alive.
    package func workUntilEnded(_ actor: Actor, step: Duration = .seconds(5), steps: Int = 200) async throws {
        for _ in 0..<steps {
            try await work()
            if try await living(actor) == 0 { return }
            clock.advance(by: step)
            provider.finishAll()
        }
        throw Unexpected("jobs of \(actor.account) do not end")
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
