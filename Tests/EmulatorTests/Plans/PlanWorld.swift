import AsyncHTTPClient
@testable import Core
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import SQL
import StripeEmulator
import Synchronization
import Testing
import TestSupport

/// Plans over a real database, with the Stripe emulator, both by one clock. Somebody makes prices and subscriptions at
/// Stripe by hand, and every event arrives, at one node or the other.
struct PlanWorld: Sendable {
    let world: TestWorld
    let url: String
    /// Two nodes.
    let nodes: [Billing]
    let actor: Actor
    /// Follows no redirect.
    let browser: HTTPClient
    private let seen = Seen()

    private static let secret = "whsec_plans"

    /// Starts on 1 July 2026, a month of 31 days as the one after it.
    static func run(
        on engine: TestEngine, rules: BillingRules = BillingRules(), _ body: (PlanWorld) async throws -> Void
    ) async throws {
        let world = try await TestWorld(engine)
        world.clock.now = try instant("2026-07-01T00:00:00Z")
        let actor = try await world.account(plan: "free")
        // Nothing happens by itself: the test runs what is due.
        let time = Time(now: { world.clock.now }, sleep: { _ in try await Task.sleep(for: .seconds(600)) })
        let server = try await Server(
            .init(dataFolder: world.folder.path + "/stripe"), client: .shared, time: time, logger: logger)
        let browser = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                try await body(PlanWorld(world, try await server.url, rules, actor, browser))
                group.cancelAll()
            }
        } catch {
            try await browser.shutdown()
            throw error
        }
        try await browser.shutdown()
    }

    private init(_ world: TestWorld, _ url: String, _ rules: BillingRules, _ actor: Actor, _ browser: HTTPClient) {
        self.world = world
        self.url = url
        self.actor = actor
        self.browser = browser
        let time = Time(
            now: { world.clock.now }, sleep: { if $0 > .seconds(5) { try await Task.sleep(for: .seconds(600)) } })
        nodes = (0..<2).map { _ in
            Billing(
                database: world.database,
                stripe: StripeClient(
                    .init(key: "sk_test_plans", url: url, name: "emulator"), client: .shared, time: time),
                webhookSecrets: [Self.secret], rules: rules, time: time, logger: Self.logger)
        }
    }

    private static var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    var stripe: StripeClient { nodes[0].stripe }

    // MARK: - At Stripe

    /// A price of a plan that somebody makes.
    func price(_ plan: String, _ amount: Int64, _ interval: String = "month") async throws -> String {
        let form: StripeForm = [
            "currency": "usd", "unit_amount": .text(String(amount)), "recurring": ["interval": .text(interval)],
            "product_data": ["name": .text(plan)], "metadata": ["darkroom_item": .text("plan:\(plan)")],
        ]
        return try await post("prices", form)["id"]?.string ?? ""
    }

    func subscribe(to price: String, seats: Int = 1, trialDays: Int? = nil) async throws -> PlanSubscription {
        let customer = try await nodes[0].withCustomer(of: actor.account) { $0 }
        var form: StripeForm = [
            "customer": .text(customer), "default_payment_method": "pm_card_visa",
            "items": [["price": .text(price), "quantity": .text(String(seats))]],
        ]
        if let trialDays { form["trial_period_days"] = .text(String(trialDays)) }
        let made = try await post("subscriptions", form)
        try await settle()
        return PlanSubscription(
            id: made["id"]?.string ?? "", item: made["items"]?.listed.first?["id"]?.string ?? "")
    }

    /// Changes the price or the number of seats.
    func change(
        _ subscription: PlanSubscription, to price: String? = nil, seats: Int? = nil,
        _ behavior: String = "always_invoice"
    ) async throws {
        var item: StripeForm = ["id": .text(subscription.item)]
        if let price { item["price"] = .text(price) }
        if let seats { item["quantity"] = .text(String(seats)) }
        _ = try await post(
            "subscriptions/\(subscription.id)", ["items": [item], "proration_behavior": .text(behavior)])
        try await settle()
    }

    /// - Parameter returnsRest: Whether what is left of the period is the customer's balance.
    func cancel(_ subscription: PlanSubscription, returnsRest: Bool = false) async throws {
        try await order(
            .DELETE, "v1/subscriptions/\(subscription.id)" + (returnsRest ? "?prorate=true&invoice_now=true" : ""))
        try await settle()
    }

    /// Gives money of the newest charge back.
    func refund(_ amount: Int64) async throws {
        try await order(.POST, "_emulator/charges/\(newest("charges"))/refund", "amount=\(amount)")
        try await settle()
    }

    /// The newest charge is disputed.
    func dispute() async throws {
        try await order(.POST, "_emulator/charges/\(newest("charges"))/dispute")
        try await settle()
    }

    func winDispute() async throws {
        try await order(.POST, "_emulator/disputes/\(newest("disputes"))/close", "outcome=won")
        try await settle()
    }

    private func newest(_ kind: String) async throws -> String {
        try await stripe.get("/\(kind)", ["limit": 1]).listed.first?["id"]?.string ?? ""
    }

    @discardableResult
    func post(_ path: String, _ form: StripeForm) async throws -> JSON {
        try await stripe.post("/\(path)", form, key: UUID().uuidString)
    }

    private func order(_ method: HTTPMethod, _ path: String, _ form: String = "") async throws {
        var request = HTTPClientRequest(url: "\(url)/\(path)")
        request.method = method
        request.headers.add(name: "authorization", value: "Bearer sk_test_plans")
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        if method == .POST { request.body = .bytes(ByteBuffer(string: form)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
        #expect(response.status == .ok, "\(path)")
    }

    // MARK: - Time

    /// Time passes for everybody, step by step, so that what each day brings happens on it.
    func move(to moment: String) async throws {
        let end = try Self.instant(moment)
        while world.clock.now < end {
            world.clock.now = min(end, world.clock.now + .seconds(5 * 86_400))
            try await settle()
        }
    }

    /// What is due at Stripe happens, every event arrives, and both nodes do what is due here.
    func settle() async throws {
        try await order(.POST, "_emulator/clock/advance", "seconds=0")
        let events = try await stripe.get("/events", ["limit": 100]).listed.reversed()
        for event in events where seen.isNew(event["id"]?.string ?? "") {
            let body = Array(event.text.utf8)
            let signature = StripeSignature(of: body, secrets: [Self.secret], at: world.clock.now).text
            for node in nodes { try await ReceiveStripeEvent(node)(body, signature: signature) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes { group.addTask { try await GrantMonths(node).runOnce() } }
            try await group.waitForAll()
        }
        try await ExpireLots(database: world.database, time: world.clock.time).runOnce()
    }

    // MARK: - What came of it

    /// What can be spent, in hundredths of credits.
    func spendable() async throws -> Int64 {
        let (account, now) = (actor.account, world.clock.now)
        return try await world.database.read { try $0.ledger.spendableCredits(of: account, now: now).hundredths }
    }

    /// What every paid invoice has brought until now, in hundredths of credits, the earliest first.
    func brought() async throws -> [Int64] {
        let account = actor.account
        return try await world.database.read {
            try $0.billing.purchases(of: account, before: nil, limit: 100).reversed().map(\.credits.hundredths)
        }
    }

    func nextReplenishment() async throws -> String? {
        let (account, now) = (actor.account, world.clock.now)
        let next = try await world.database.read { try $0.billing.nextReplenishment(of: account, now: now) }
        return next.map { String($0.text.prefix(10)) }
    }

    /// What the ledger check and the reconciliation with Stripe's lists find, an hour later.
    ///
    /// - Parameter waits: Whether that hour passes for everybody, and not for the books alone.
    func books(waits: Bool = true) async throws -> [String] {
        let now = world.clock.now + .seconds(3601)
        if waits { world.clock.now = now }
        let period = try #require(ReconciliationPeriod(to: now + .seconds(1), now: now))
        let time = Time(now: { now }, sleep: { _ in })
        let books = try await Reconcile(database: world.database, billing: nodes[1], time: time)(
            period, withStripe: true)
        let mismatches = books.sections.flatMap(\.mismatches)
        #expect(books.isComplete && books.isClean == mismatches.isEmpty)
        return try await world.differences()
            + mismatches.map { "\($0.code): \($0.expected.prefix(7)), \($0.found)" }
    }

    private static func instant(_ text: String) throws -> Instant { try #require(Instant(text: text)) }
}

/// A subscription of one item, by Stripe's ids.
struct PlanSubscription: Sendable {
    let id: String
    let item: String
}

/// The events that have arrived.
private final class Seen: Sendable {
    private let ids = Mutex<Set<String>>([])

    func isNew(_ id: String) -> Bool { ids.withLock { $0.insert(id).inserted } }
}
