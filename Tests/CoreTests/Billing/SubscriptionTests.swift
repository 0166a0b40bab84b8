@testable import Core
import SQL
import Testing
import TestSupport

/// Plans: limits by the subscription, credits by its paid invoices.
struct SubscriptionTests {
    @Test(arguments: TestEngine.available)
    func `a plan brings its limits and its first month's credits, which end with the month`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")

            let id = try await world.subscribe("pro", actor)

            #expect(try await world.plan(of: actor) == "pro")
            #expect(try await world.balance(of: actor).available == .whole(2000))
            let subscription = try #require(try await world.subscription(of: actor))
            #expect(subscription.id == id && subscription.status == "active" && subscription.nextPlan == nil)
            let lots = try await world.database.read { try $0.ledger.credits(of: [actor.account]) }[actor.account]?.lots
                ?? []
            #expect(lots.map(\.expiresAt) == [subscription.periodEnd] && lots.map(\.source) == [.grant])
            #expect(try await world.nextReplenishment(of: actor) == subscription.periodEnd)
            #expect(try await world.purchases(of: actor).map(\.item) == [.plan("pro")])
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a month's credits come once, whichever of its events come`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            world.clock.advance(by: .seconds(FakeStripe.month))
            let invoice = world.stripe.renew(id)

            try await withThrowingTaskGroup(of: Void.self) { group in
                for (type, node) in [
                    ("invoice.paid", world.billing), ("invoice.payment_succeeded", world.other),
                    ("invoice.paid", world.other),
                ] {
                    group.addTask { try await world.send(type, invoice, to: node) }
                }
                try await group.waitForAll()
            }

            let now = world.clock.now
            #expect(
                try await world.database.read { try $0.ledger.spendableCredits(of: actor.account, now: now) }
                    == .whole(500))
            #expect(try await world.purchases(of: actor).count == 2)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test func `whatever order the first events come in, the end is the same`() async throws {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            try await BillingWorld.run { world in
                let actor = try await world.world.account(plan: "free")
                let session = try await world.pay(.plan("pro"), by: actor)
                let events = [
                    ("checkout.session.completed", session),
                    ("invoice.paid", world.stripe[session]["invoice"]?.string ?? ""),
                    ("customer.subscription.created", world.stripe[session]["subscription"]?.string ?? ""),
                ]

                for index in order { try await world.send(events[index].0, events[index].1) }

                #expect(try await world.plan(of: actor) == "pro")
                #expect(try await world.balance(of: actor).available == .whole(2000))
                #expect(try await world.outcomes() == ["applied": 3], "\(order)")
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a plan that costs more is there at once, with the difference for what is left of the month`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")
            // A period of thirty-one days that ends with a month of as many.
            world.clock.now = Instant(seconds: 1_780_272_000)   // 1 June 2026, 00:00
            world.clock.now = Instant(seconds: 1_782_864_000)   // 1 July 2026, 00:00
            let id = try await world.subscribe("basic", actor)
            let half = FakeStripe.month / 2
            world.clock.advance(by: .seconds(half))

            let checkout = try await world.checkout(.plan("pro"), by: actor)

            #expect(checkout.state == .paid && checkout.url == nil)
            #expect(try await world.plan(of: actor) == "pro")
            // 500 of the month, and (2,000 − 500) × ½.
            #expect(try await world.balance(of: actor).available == .whole(1250))
            let invoice = world.stripe[id]["latest_invoice"]?.string ?? ""
            try await world.send("invoice.paid", invoice)
            try await world.send("customer.subscription.updated", id)
            #expect(try await world.balance(of: actor).available == .whole(1250))
            #expect(try await world.purchases(of: actor).count == 2)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a cheaper plan begins with the next period`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("pro", actor)

            #expect(try await world.checkout(.plan("basic"), by: actor).state == .paid)
            #expect(try await world.plan(of: actor) == "pro")
            #expect(try await world.subscription(of: actor)?.nextPlan == "basic")
            #expect(try await world.balance(of: actor).available == .whole(2000))
            await #expect(throws: BillingError.planInForce("basic")) {
                try await world.checkout(.plan("basic"), by: actor)
            }
            world.clock.advance(by: .seconds(FakeStripe.month))
            try await world.send("invoice.paid", world.stripe.renew(id))

            #expect(try await world.plan(of: actor) == "basic")
            #expect(try await world.subscription(of: actor)?.nextPlan == nil)
            let now = world.clock.now
            #expect(
                try await world.database.read { try $0.ledger.spendableCredits(of: actor.account, now: now) }
                    == .whole(500))
        }
    }

    @Test func `who goes back to the plan that is paid for stays on it`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            _ = try await world.subscribe("pro", actor)
            _ = try await world.checkout(.plan("basic"), by: actor)

            _ = try await world.checkout(.plan("pro"), by: actor)

            #expect(try await world.subscription(of: actor)?.nextPlan == nil)
            #expect(try await world.purchases(of: actor).count == 1)
            await #expect(throws: BillingError.planInForce("pro")) { try await world.checkout(.plan("pro"), by: actor) }
        }
    }

    @Test
    func `a plan that is cancelled lives to its period's end, then its limits fall and credits stay`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("pro", actor)
            world.stripe.set(id, ["cancel_at_period_end": true])
            try await world.send("customer.subscription.updated", id)
            #expect(try await world.plan(of: actor) == "pro")
            let ending = try #require(try await world.subscription(of: actor))
            #expect(ending.cancelAt == ending.periodEnd)
            #expect(try await world.nextReplenishment(of: actor) == nil)

            world.stripe.set(id, ["status": "canceled"])
            try await world.send("customer.subscription.deleted", id)

            #expect(try await world.plan(of: actor) == "free")
            #expect(try await world.balance(of: actor).available == .whole(2000))
            // Late, and of what was before.
            try await world.send("customer.subscription.updated", id)
            #expect(try await world.plan(of: actor) == "free")
        }
    }

    @Test(arguments: TestEngine.available)
    func `a payment that fails has a grace, after which the limits fall until it is paid`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("pro", actor)
            world.clock.advance(by: .seconds(FakeStripe.month))
            let invoice = world.stripe.renew(id, isPaid: false)
            try await world.send("invoice.payment_failed", invoice)
            let grace = EndGrace(database: world.database, time: world.clock.time)
            #expect(try await world.plan(of: actor) == "pro")
            world.clock.advance(by: .seconds(7 * 86_400 - 1))
            #expect(try await grace.runOnce() == 0)
            try await world.send("invoice.payment_failed", invoice)
            world.clock.advance(by: .seconds(1))

            #expect(try await grace.runOnce() == 1)
            #expect(try await grace.runOnce() == 0)
            #expect(try await world.plan(of: actor) == "free")
            await #expect(throws: BillingError.subscriptionUnpaid) {
                try await world.checkout(.plan("enterprise"), by: actor)
            }
            world.stripe.payInvoice(invoice, of: id)
            try await world.send("invoice.paid", invoice)

            #expect(try await world.plan(of: actor) == "pro")
            #expect(try await world.subscription(of: actor)?.graceUntil == nil)
            #expect(try await world.purchases(of: actor).count == 2)
        }
    }

    @Test func `a bigger plan gives waiting jobs their places at once`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(credits: 100, plan: "free")
            for _ in 0..<4 { try await world.world.submit(for: actor) }
            func places() async throws -> Int {
                try await world.database.read {
                    try $0.queryOne("SELECT COUNT(*) AS count FROM jobs WHERE slot_at IS NOT NULL")?.get("count") ?? 0
                }
            }
            #expect(try await places() == 1)

            _ = try await world.subscribe("pro", actor)

            #expect(try await places() == 3)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test
    func `what an older version booked brings nothing again, and a change after it the difference`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            try await world.execute("DELETE FROM plan_months", "DELETE FROM plan_invoices")

            try await world.send("invoice.paid", world.stripe[id]["latest_invoice"]?.string ?? "")
            #expect(try await world.balance(of: actor).available == .whole(500))
            _ = try await world.checkout(.plan("pro"), by: actor)

            #expect(try await world.balance(of: actor).available == .whole(2000))
            #expect(try await world.world.differences() == [])
        }
    }

    @Test func `a plan that rolls over lets its credits live as many months longer`() async throws {
        try await BillingWorld.run { world in
            try await world.database.write(order: .alone) {
                _ = try $0.execute("UPDATE plans SET rollover = 2 WHERE name = 'basic'")
            }
            let actor = try await world.world.account(plan: "free")

            _ = try await world.subscribe("basic", actor)

            let end = try #require(try await world.subscription(of: actor)?.periodEnd)
            let lots = try await world.database.read { try $0.ledger.credits(of: [actor.account]) }[actor.account]?.lots
                ?? []
            #expect(lots.first?.expiresAt == end + Month.before(end).distance * 2)
        }
    }

    @Test func `two pay pages for plans are not both left open`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let first = try await world.checkout(.plan("basic"), by: actor)

            let second = try await world.checkout(.plan("pro"), by: actor)

            #expect(world.stripe[first.sessionID ?? ""]["status"] == "expired")
            #expect(try await world.database.read { try $0.billing.checkout(first.id) }?.state == .expired)
            #expect(second.state == .open)
        }
    }

    @Test func `a refund of a month takes its credits back`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let id = try await world.subscribe("basic", actor)
            let charge = world.stripe.charge(for: world.stripe[id]["latest_invoice"]?.string ?? "")
            world.stripe.refund(charge, inAll: 1900)

            try await world.send("charge.refunded", charge)

            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test func `an account's plan without any subscription is the operator's, and stays`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "enterprise")
            try await world.buy(.pack("small"), by: actor)

            #expect(try await world.plan(of: actor) == "enterprise")
        }
    }
}
