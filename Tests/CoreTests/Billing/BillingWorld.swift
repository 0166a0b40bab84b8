import AsyncHTTPClient
@testable import Core
import Logging
import SQL
import TestSupport

/// Payments over a real database, with a small honest Stripe outside the process.
struct BillingWorld {
    let world: TestWorld
    let stripe: FakeStripe
    let billing: Billing
    /// The same database and Stripe, as another node has them.
    let other: Billing
    let addresses = ReturnAddresses(publicURL: "http://darkroom.test", apps: .none)

    var clock: FakeTime { world.clock }
    var database: Database { world.database }

    static func run(
        on engine: TestEngine = .sqlite, rules: BillingRules = BillingRules(), faults: Faults? = nil,
        after before: TestWorld? = nil, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (BillingWorld) async throws -> Void
    ) async throws {
        let world = try await TestWorld(engine, after: before, wrap: { faults?.wrap($0) ?? $0 })
        try await FakeStripe.with(world.clock, faults: faults) { stripe, url in
            try await body(BillingWorld(world, stripe, url, rules, logger))
        }
    }

    private init(_ world: TestWorld, _ stripe: FakeStripe, _ url: String, _ rules: BillingRules, _ logger: Logger) {
        self.world = world
        self.stripe = stripe
        // Waits for nobody: what is tried again is tried at once, and no webhook is cut off.
        let time = Time(
            now: { world.clock.now }, sleep: { if $0 > .seconds(5) { try await Task.sleep(for: .seconds(60)) } })
        func make() -> Billing {
            Billing(
                database: world.database,
                stripe: StripeClient(.init(key: "sk_test_x", url: url, tries: 1), client: .shared, time: time),
                webhookSecrets: [FakeStripe.secret], rules: rules, time: time, logger: logger)
        }
        billing = make()
        other = make()
    }

    /// Goes to the pay page. Returns the checkout that stands for it.
    func checkout(_ item: Item, by actor: Actor, key: String? = nil) async throws -> Checkout {
        try await StartCheckout(billing, addresses: addresses)(
            .init(item: item), by: actor, idempotency: key.map {
                Idempotency(route: "checkout", key: $0, bodyHash: item.description)
            }
        ).checkout
    }

    /// Pays for something, and no event of it comes.
    func pay(_ item: Item, by actor: Actor) async throws -> String {
        let session = try await checkout(item, by: actor).sessionID ?? ""
        stripe.pay(session)
        return session
    }

    /// A webhook of Stripe's.
    func send(_ type: String, _ object: String, id: String? = nil, to billing: Billing? = nil) async throws {
        let body = stripe.event(type, object, id: id)
        try await ReceiveStripeEvent(billing ?? self.billing)(body, signature: stripe.sign(body))
    }

    /// Pays for something, and its event comes.
    @discardableResult
    func buy(_ item: Item, by actor: Actor) async throws -> String {
        let session = try await pay(item, by: actor)
        try await send("checkout.session.completed", session)
        return session
    }

    /// Subscribes. Returns Stripe's id.
    func subscribe(_ plan: String, _ actor: Actor) async throws -> String {
        let session = try await pay(.plan(plan), by: actor)
        let subscription = stripe[session]["subscription"]?.string ?? ""
        try await send("customer.subscription.created", subscription)
        try await send("invoice.paid", stripe[session]["invoice"]?.string ?? "")
        try await send("checkout.session.completed", session)
        return subscription
    }

    func isHeld(_ actor: Actor) async throws -> Bool {
        try await database.read {
            try $0.queryOne(
                "SELECT held_at FROM accounts WHERE id = $1", actor.account)?.get("held_at", as: Instant?.self) != nil
        }
    }

    /// The same, as another decision of the operator's has it.
    func with(_ rules: BillingRules) -> Billing {
        Billing(
            database: database, stripe: billing.stripe, webhookSecrets: billing.webhookSecrets, rules: rules,
            time: billing.time, logger: billing.logger)
    }

    /// Lets what was put off be done.
    func catchUp() async throws {
        for _ in 0..<10 {
            clock.advance(by: .seconds(3600))
            _ = try await ApplyStripeEvents(billing).runOnce()
        }
    }

    func balance(of actor: Actor) async throws -> Balance { try await world.balance(of: actor) }

    func owed(by actor: Actor) async throws -> Credits {
        try await database.read { try $0.billing.owed(by: actor.account) }
    }

    func plan(of actor: Actor) async throws -> String {
        try await database.read { try $0.billing.plan(of: actor.account)?.name ?? "" }
    }

    func subscription(of actor: Actor) async throws -> Subscription? {
        try await database.read { try $0.billing.subscription(of: actor.account) }
    }

    func purchases(of actor: Actor) async throws -> [Purchase] {
        try await database.read { try $0.billing.purchases(of: actor.account, before: nil, limit: 100) }
    }

    func nextReplenishment(of actor: Actor) async throws -> Instant? {
        let now = clock.now
        return try await database.read { try $0.billing.nextReplenishment(of: actor.account, now: now) }
    }

    /// Of events, by their outcome; `waiting` has none yet.
    func outcomes() async throws -> [String: Int] {
        let rows = try await database.read {
            try $0.query(
                "SELECT COALESCE(outcome, 'waiting') AS outcome, COUNT(*) AS count FROM stripe_events GROUP BY outcome")
                .map { (try $0.get("outcome", as: String.self), try $0.get("count", as: Int.self)) }
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    func spend(_ credits: Int64, of actor: Actor) async throws {
        let images = credits / 6
        for _ in 0..<(images / 4) { try await world.submit(for: actor, images: 4) }
        if images % 4 > 0 { try await world.submit(for: actor, images: images % 4) }
        try await world.workUntilEnded(actor)
    }
}
