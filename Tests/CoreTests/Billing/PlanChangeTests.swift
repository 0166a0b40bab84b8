@testable import Core
import SQL
import Testing
import TestSupport

/// Changing a plan when something is in the way: old knowledge, a lost response, a payer who has to agree, an end that
/// was asked for.
struct PlanChangeTests {
    @Test func `after a renewal without an event, a change is billed from the plan that was paid for`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("pro", actor)
            _ = try await world.checkout(.plan("basic"), by: actor)
            world.clock.advance(by: .seconds(FakeStripe.month))
            world.stripe.renew(id)   // as basic, for 1,900

            _ = try await world.checkout(.plan("enterprise"), by: actor)

            #expect(world.stripe[world.stripe[id]["latest_invoice"]?.string ?? ""]["amount_paid"] == 23_000)
        }
    }

    @Test func `going back to a plan after its renewal as a smaller one costs the difference`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("pro", actor)
            _ = try await world.checkout(.plan("basic"), by: actor)
            world.clock.advance(by: .seconds(FakeStripe.month))
            world.stripe.renew(id)

            _ = try await world.checkout(.plan("pro"), by: actor)

            #expect(world.stripe[world.stripe[id]["latest_invoice"]?.string ?? ""]["amount_paid"] == 4_000)
            #expect(try await world.plan(of: actor) == "pro")
        }
    }

    @Test
    func `a change that its payer has to agree to is open with the bill's address, and paid once made`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            let pending = try await world.pendingUpgrade(of: id, to: "pro", by: actor)
            #expect(pending.state == .open && pending.url == "https://stripe.test/bill")
            #expect(pending.change == Checkout.Change(billed: Money(4_000, "usd"), brought: .zero))

            #expect(try await world.plan(of: actor) == "basic")
            world.stripe.agree(to: id)
            try await world.send("customer.subscription.pending_update_applied", id)

            #expect(try await world.database.read { try $0.billing.checkout(pending.id) }?.state == .paid)
            #expect(try await world.plan(of: actor) == "pro")
            try await world.send("invoice.paid", world.stripe[id]["latest_invoice"]?.string ?? "")
            #expect(try await world.balance(of: actor).available == .whole(2000))
            let made = try await world.database.read { try $0.billing.checkout(pending.id) }
            #expect(made?.change == Checkout.Change(billed: Money(4_000, "usd"), brought: .whole(1_500)))
        }
    }

    @Test(arguments: TestEngine.available)
    func `a change says what it was billed and what that brought, and not what a month costs`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")
            _ = try await world.subscribe("basic", actor)
            let first = try #require(try await world.database.read {
                try $0.query("SELECT id FROM checkouts").first?.get("id", as: ID<Checkout>.self)
            })
            world.clock.advance(by: .seconds(FakeStripe.month / 2))

            let up = try await world.checkout(.plan("pro"), by: actor, key: "up")
            let down = try await world.checkout(.plan("basic"), by: actor)
            let back = try await world.checkout(.plan("pro"), by: actor)

            let bill = try #require(try await world.purchases(of: actor).first)
            #expect(up.state == .paid && up.price == Money(5_900, "usd") && up.credits == .whole(2_000))
            #expect(up.change == Checkout.Change(billed: bill.paid, brought: bill.credits))
            #expect(bill.paid.amount < 2_100 && bill.credits < .whole(1_000))
            let nothing = Checkout.Change(billed: Money(0, "usd"), brought: .zero)
            #expect(down.state == .paid && down.change == nothing)
            #expect(back.state == .paid && back.change == nothing)
            // The page of the first one was paid at its price.
            #expect(try await world.database.read { try $0.billing.checkout(first) }?.change == nil)
            #expect(try await world.checkout(.plan("pro"), by: actor, key: "up").change == up.change)
        }
    }

    @Test func `a bigger plan that is agreed to does not end where the smaller one was to`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            world.stripe.set(id, ["cancel_at_period_end": true])
            try await world.send("customer.subscription.updated", id)
            _ = try await world.pendingUpgrade(of: id, to: "pro", by: actor)
            #expect(world.stripe[id]["cancel_at_period_end"] == true)

            world.stripe.agree(to: id)
            try await world.send("customer.subscription.pending_update_applied", id)

            #expect(world.stripe[id]["cancel_at_period_end"] == false)
        }
    }

    @Test
    func `one that nobody agreed to expires with its subscription, and the account can subscribe again`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            let pending = try await world.pendingUpgrade(of: id, to: "pro", by: actor)
            world.stripe.set(id, ["pending_update": .null, "status": "canceled"])
            try await world.send("customer.subscription.deleted", id)

            #expect(try await world.database.read { try $0.billing.checkout(pending.id) }?.state == .expired)
            #expect(try await world.plan(of: actor) == "free")
            #expect(try await world.checkout(.plan("basic"), by: actor).sessionID?.hasPrefix("cs_") == true)
        }
    }

    @Test func `a change that fails leaves an end that was asked for, and the same key goes on with it`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            world.stripe.set(id, ["cancel_at_period_end": true])
            try await world.send("customer.subscription.updated", id)
            world.stripe.loseResponse(to: "POST /subscriptions/\(id)", .before)
            await #expect(throws: BillingError.self) { try await world.checkout(.plan("pro"), by: actor, key: "k") }
            #expect(world.stripe[id]["cancel_at_period_end"] == true)

            #expect(try await world.checkout(.plan("pro"), by: actor, key: "k").state == .paid)

            #expect(world.stripe[id]["cancel_at_period_end"] == false)
            #expect(try await world.plan(of: actor) == "pro")
        }
    }

    @Test func `the same key after a change whose response was lost says that it is paid`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            world.stripe.loseResponse(to: "POST /subscriptions/\(id)", .after)
            await #expect(throws: BillingError.self) { try await world.checkout(.plan("pro"), by: actor, key: "k") }
            try await world.send("customer.subscription.updated", id)
            #expect(try await world.plan(of: actor) == "pro")

            #expect(try await world.checkout(.plan("pro"), by: actor, key: "k").state == .paid)
            await #expect(throws: BillingError.planInForce("pro")) {
                try await world.checkout(.plan("pro"), by: actor, key: "another")
            }
        }
    }

    @Test func `an end that the portal set as an instant is undone as it was set`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            let end = try #require(try await world.subscription(of: actor)).periodEnd
            world.stripe.set(id, ["cancel_at": .integer(end.seconds), "cancel_at_period_end": false])
            try await world.send("customer.subscription.updated", id)

            #expect(try await world.checkout(.plan("basic"), by: actor).state == .paid)

            #expect(try await world.subscription(of: actor)?.cancelAt == nil)
        }
    }

    @Test
    func `a plan that is not for sale any more can be gone back to and up from by those who are on it`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("pro", actor)
            _ = try await world.checkout(.plan("basic"), by: actor)
            try await world.database.write(order: .alone) {
                _ = try $0.execute("UPDATE plans SET price = NULL WHERE name = 'pro'")
            }

            #expect(try await world.checkout(.plan("pro"), by: actor).state == .paid)
            #expect(try await world.subscription(of: actor)?.nextPlan == nil)
            _ = try await world.checkout(.plan("enterprise"), by: actor)
            #expect(world.stripe[world.stripe[id]["latest_invoice"]?.string ?? ""]["amount_paid"] == 19_000)

            let another = try await world.world.account(plan: "free")
            await #expect(throws: BillingError.noSuchItem(.plan("pro"))) {
                try await world.checkout(.plan("pro"), by: another)
            }
        }
    }
}

extension BillingWorld {
    fileprivate func pendingUpgrade(of id: String, to plan: String, by actor: Actor) async throws -> Checkout {
        stripe.meanwhile = { [stripe] request in
            guard request == "POST /subscriptions/\(id)" else { return }
            stripe.meanwhile = nil
            stripe.set(stripe[id]["latest_invoice"]?.string ?? "", ["hosted_invoice_url": "https://stripe.test/bill"])
        }
        stripe.asksPayer(of: id)
        return try await checkout(.plan(plan), by: actor)
    }
}
