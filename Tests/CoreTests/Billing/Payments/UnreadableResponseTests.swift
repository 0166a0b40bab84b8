@testable import Core
import SQL
import Testing
import TestSupport

/// Responses of Stripe's that cannot be read, or that are about something else than was sold here.
struct UnreadableResponseTests {
    /// What an event is about, and how the object is spoiled.
    struct Case: Rule {
        let about: String
        let type: String
        /// Finds the object, of what was bought.
        let object: @Sendable (FakeStripe) -> String
        let spoiled: [String: JSON]
    }

    private static func last(_ kind: String) -> @Sendable (FakeStripe) -> String {
        { $0.all(kind).last?["id"]?.string ?? "" }
    }

    static let cases: [Case] = [
        Case(
            about: "a session without the state of its payment", type: "checkout.session.completed",
            object: last("checkout.session"), spoiled: ["payment_status": .null]),
        Case(
            about: "a subscription without items", type: "customer.subscription.updated", object: last("subscription"),
            spoiled: ["items": ["data": []]]),
        Case(
            about: "a subscription without a state", type: "customer.subscription.deleted",
            object: last("subscription"), spoiled: ["status": 7]),
        Case(
            about: "a charge that does not say what was refunded", type: "charge.refunded", object: last("charge"),
            spoiled: ["amount_refunded": .null]),
        Case(
            about: "a charge of which more was refunded than there can be", type: "charge.refunded",
            object: last("charge"), spoiled: ["amount_refunded": .integer(.max)]),
        Case(
            about: "a dispute without an amount", type: "charge.dispute.created", object: last("dispute"),
            spoiled: ["amount": "1900"]),
        Case(
            about: "a dispute without a state", type: "charge.dispute.closed", object: last("dispute"),
            spoiled: ["status": .null]),
    ]

    @Test(arguments: cases)
    func `what cannot be read changes nothing, and is read again later`(_ rule: Case) async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            _ = try await world.subscribe("basic", actor)
            let charge = Self.last("charge")(world.stripe)
            world.stripe.refund(charge, inAll: 950)
            try await world.send("charge.refunded", charge)
            _ = world.stripe.dispute(charge, amount: 1900, status: "warning_needs_response")
            let object = rule.object(world.stripe)
            let whole = world.stripe[object]
            world.stripe.set(object, rule.spoiled)

            try await world.send(rule.type, object)

            #expect(try await world.outcomes()["waiting"] == 1)
            #expect(try await world.balance(of: actor).available == .whole(250))
            #expect(try await world.plan(of: actor) == "basic")
            world.stripe.set(object, rule.spoiled.mapValues { _ in .null }.merging(whole.object ?? [:]) { $1 })
            try await world.catchUp()
            #expect(try await world.outcomes()["waiting"] == nil)
            #expect(try await world.balance(of: actor).available == .whole(250))
            #expect(try await world.purchases(of: actor).map(\.refunded) == [950])
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: [
        ["currency": "eur"], ["amount_subtotal": 1], ["amount_subtotal": .null], ["metadata": [:]],
        ["metadata": ["checkout": "cs_1"]], ["metadata": .null],
    ] as [[String: JSON]])
    func `a session that was not sold like this by this server brings nothing`(changes: [String: JSON]) async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let checkout = try await world.checkout(.pack("small"), by: actor)
            let session = checkout.sessionID ?? ""
            world.stripe.pay(session)
            world.stripe.set(session, changes)

            try await world.send("checkout.session.completed", session)

            #expect(try await world.outcomes() == ["ignored": 1])
            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.database.read { try $0.billing.checkout(checkout.id) }?.state == .open)
        }
    }

    @Test func `a session that names the checkout of another brings nothing to either`() async throws {
        try await BillingWorld.run { world in
            let (actor, other) = (try await world.world.account(), try await world.world.account())
            let checkout = try await world.checkout(.pack("small"), by: other)
            let session = try await world.pay(.pack("small"), by: actor)
            world.stripe.set(session, ["metadata": ["checkout": .string(checkout.id.rawValue)]])

            try await world.send("checkout.session.completed", session)

            #expect(try await world.outcomes() == ["ignored": 1])
            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.balance(of: other).available == .zero)
        }
    }

    @Test func `a bill and a subscription of a customer of somebody else mean nothing here`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let session = try await world.pay(.plan("pro"), by: actor)
            let (subscription, invoice) = (world.stripe[session]["subscription"], world.stripe[session]["invoice"])
            for object in [subscription, invoice] { world.stripe.set(object?.string ?? "", ["customer": "cus_other"]) }

            try await world.send("invoice.paid", invoice?.string ?? "")
            try await world.send("customer.subscription.created", subscription?.string ?? "")

            #expect(try await world.outcomes() == ["ignored": 2])
            #expect(try await world.purchases(of: actor) == [])
            #expect(try await world.subscription(of: actor) == nil)
        }
    }

    @Test(arguments: [nil, "pack:small", "plan:none", "nonsense"] as [String?])
    func `a price that stands for no plan brings neither limits nor credits`(item: String?) async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            let known = world.stripe.all("price").last?["id"]?.string ?? ""
            let metadata: JSON = item.map { ["darkroom_item": .string($0)] } ?? [:]
            let other = world.stripe.copy(known, ["metadata": metadata])
            let second = world.stripe.copySubscription(id, price: other)
            world.stripe.set(id, ["status": "canceled"])
            try await world.send("customer.subscription.deleted", id)

            try await world.send("customer.subscription.created", second)

            #expect(try await world.outcomes()["ignored"] == 1)
            #expect(try await world.plan(of: actor) == "free")
            #expect(try await world.purchases(of: actor).count == 1)
        }
    }
}
