@testable import Core
import SQL
import Testing
import TestSupport

/// Two readings of one subscription, and two subscriptions of one account.
struct SecondSubscriptionTests {
    @Test(arguments: TestEngine.available)
    func `of a subscription's first readings the newer one counts, whichever is stored last`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")
            let session = try await world.pay(.plan("pro"), by: actor)
            let id = world.stripe[session]["subscription"]?.string ?? ""
            world.stripe.set(id, ["status": "incomplete"])
            world.stripe.meanwhile = { request in
                guard request == "GET /subscriptions/\(id)" else { return }
                world.stripe.meanwhile = nil
                // The response is made; before it arrives the other node reads a newer one and stores it.
                world.stripe.set(id, ["status": "active"])
                try? await world.send("customer.subscription.updated", id, to: world.other)
            }

            try await world.send("customer.subscription.created", id)

            #expect(try await world.subscription(of: actor)?.status == "active")
            #expect(try await world.plan(of: actor) == "pro")
        }
    }

    @Test
    func `who has just paid for a plan in one tab changes it in the other, and gets no second page`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            _ = try await world.pay(.plan("basic"), by: actor)

            let second = try await world.checkout(.plan("pro"), by: actor)

            #expect(second.state == .paid)
            #expect(world.stripe.all("subscription").count == 1)
            #expect(try await world.plan(of: actor) == "pro")
        }
    }

    @Test(arguments: TestEngine.available)
    func `of two pages for plans that are asked for at once one at most can be paid`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")

            async let one = world.checkout(.plan("basic"), by: actor)
            async let other = world.checkout(.plan("pro"), by: actor)
            _ = try await (one, other)

            #expect(world.stripe.all("checkout.session").count { $0["status"] == "open" } <= 1)
        }
    }

    @Test func `when one of two subscriptions ends, the account is on the other`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let one = try await world.subscribe("basic", actor)
            let other = try await world.subscribeAtStripe(like: one, plan: "pro")
            try await world.send("customer.subscription.created", other)
            #expect(try await world.plan(of: actor) == "basic")

            world.stripe.set(one, ["status": "canceled"])
            try await world.send("customer.subscription.deleted", one)

            #expect(try await world.plan(of: actor) == "pro")
            #expect(try await world.subscription(of: actor)?.id == other)
            #expect(try await world.outcomes()["waiting"] == nil)
        }
    }

    @Test func `a new subscription counts at once if the event of the old one's end did not come`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let one = try await world.subscribe("basic", actor)
            let other = try await world.subscribeAtStripe(like: one, plan: "pro")
            world.stripe.set(one, ["status": "canceled"])

            try await world.send("customer.subscription.created", other)

            #expect(try await world.plan(of: actor) == "pro")
        }
    }

    @Test func `a subscription without an event for a day after its period is read again`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("pro", actor)
            let reread = RereadSubscriptions(world.billing)
            world.stripe.set(id, ["status": "canceled"])
            world.clock.advance(by: .seconds(FakeStripe.month + 3600))
            #expect(try await reread.runOnce() == 0)
            world.clock.advance(by: .seconds(86_400))

            #expect(try await reread.runOnce() == 1)

            #expect(try await world.plan(of: actor) == "free")
            #expect(try await reread.runOnce() == 0)
        }
    }

    @Test func `while Stripe is unavailable it is looked at once a day, and keeps its limits`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            _ = try await world.subscribe("pro", actor)
            let reread = RereadSubscriptions(world.billing)
            world.clock.advance(by: .seconds(FakeStripe.month + 86_401))
            world.stripe.isAway = true

            #expect(try await reread.runOnce() == 1)
            #expect(try await reread.runOnce() == 0)

            #expect(try await world.plan(of: actor) == "pro")
        }
    }

    @Test func `one of another Stripe ends by itself, a day after its period`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            _ = try await world.subscribe("pro", actor)
            try await world.database.write(order: .alone) {
                _ = try $0.execute("UPDATE subscriptions SET environment = 'emulator test'")
            }
            world.clock.advance(by: .seconds(FakeStripe.month + 86_401))

            try await RereadSubscriptions(world.billing).runOnce()

            #expect(try await world.plan(of: actor) == "free")
        }
    }
}

extension BillingWorld {
    /// Another subscription of the same customer, made by somebody at Stripe.
    fileprivate func subscribeAtStripe(like one: String, plan: String) async throws -> String {
        let offer = try #require(try await database.read { try $0.billing.plan(plan) }?.offer)
        return try await billing.withPrice(of: offer) { stripe.copySubscription(one, price: $0) }
    }
}
