@testable import Core
import SQL
import Testing
import TestSupport

/// Purchases compared with the events that Stripe has sent.
struct PaymentsSectionTests {
    @Test(arguments: TestEngine.available)
    func `an event that was abandoned is a mismatch until an operator has it applied`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            world.stripe.refund(charge, inAll: 500)
            world.stripe.isAway = true
            try await world.send("charge.refunded", charge, id: "evt_lost")
            #expect(try await world.books().isClean)
            world.clock.advance(by: .seconds(7200))
            #expect(try await world.books().section("payments").mismatches.map(\.found) == ["waiting"])
            try await world.giveUp()
            world.stripe.isAway = false

            let section = try await world.books().section("payments")
            #expect(
                section.mismatches.map { "\($0.code) \($0.subject) \($0.found)" }
                    == ["event_not_applied evt_lost abandoned"])
            #expect(section.mismatches.first?.repair.command == "darkroom admin replay-event evt_lost")
            #expect(section.compared == 2 && section.matched == 1)
            #expect(try await ApplyStripeEvents(world.billing).replay(ID(rawValue: "evt_lost")) == .applied)

            #expect(try await world.books().isClean)
            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.world.acts() == ["events.replay evt_lost"])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a payment that an operator booked by replaying an old event has an event`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let subscription = try await world.subscribe("basic", actor)
            world.clock.advance(by: .seconds(FakeStripe.month))
            let invoice = world.stripe.renew(subscription)
            world.stripe.isAway = true
            try await world.send("invoice.paid", invoice, id: "evt_old")
            try await world.giveUp()
            world.stripe.isAway = false
            world.clock.advance(by: .seconds(75 * 86_400))

            _ = try await ApplyStripeEvents(world.billing).replay(ID(rawValue: "evt_old"))

            world.clock.advance(by: .seconds(7200))
            let period = try #require(
                ReconciliationPeriod(
                    from: world.clock.now - .seconds(86_400), to: world.clock.now, now: world.clock.now))
            let books = try await Reconcile(
                database: world.database, billing: world.billing, time: world.clock.time)(period)
            #expect(books.section("payments").compared == 1 && books.isClean)
            #expect(try await world.world.acts() == ["events.replay evt_old"])
        }
    }

    @Test(arguments: TestEngine.available)
    func `an invoice of a higher price that brings no more credits is in order`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let subscription = try await world.subscribe("basic", actor)
            world.clock.advance(by: .seconds(86_400))
            try await world.execute("""
                UPDATE plans SET monthly_credits = (SELECT monthly_credits FROM plans WHERE name = 'basic')
                WHERE name = 'pro'
                """)
            _ = try await StartCheckout(world.billing, addresses: world.addresses)(.init(item: .plan("pro")), by: actor)
            try await world.send("invoice.paid", world.stripe[subscription]["latest_invoice"]?.string ?? "")
            world.clock.advance(by: .seconds(7200))

            let books = try await world.books(withStripe: true)

            #expect(books.isClean && books.section("payments").compared == 1, "\(books.sections.flatMap(\.mismatches))")
            #expect(try await world.repair() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `another payment that names one of the checkouts is not compared`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.buy(.pack("small"), by: actor)
            let twin = try await world.pay(.pack("small"), by: actor)
            world.stripe.set(twin, ["metadata": world.stripe[session]["metadata"] ?? .null])
            try await world.send("checkout.session.completed", twin)
            world.clock.advance(by: .seconds(7200))

            let books = try await world.books(withStripe: true)

            #expect(books.isClean && books.section("payments").compared == 1)
        }
    }

    @Test(arguments: TestEngine.available)
    func `what was sold through a Stripe account that is no longer used is not compared`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            _ = try await world.subscribe("basic", actor)
            try await world.buy(.pack("small"), by: actor)
            try await world.execute(
                "UPDATE purchases SET environment = 'former test'",
                "UPDATE stripe_customers SET environment = 'former test'",
                "UPDATE checkouts SET environment = 'former test', state = 'open', ended_at = NULL",
                "DELETE FROM stripe_events")
            world.clock.advance(by: .seconds(7200))

            let books = try await world.books(withStripe: true)
            #expect(books.isClean && books.section("payments").compared == 0)
            #expect(try await world.repair() == [])

            let period = try #require(
                ReconciliationPeriod(
                    from: world.clock.now - .seconds(86_400), to: world.clock.now, now: world.clock.now))
            let all = try await Reconcile(database: world.database, environment: nil, time: world.clock.time)(period)
            #expect(
                all.section("payments").mismatches.map(\.code) == ["purchase_without_event", "purchase_without_event"])
        }
    }

    @Test(arguments: TestEngine.available)
    func `an event without an amount does not prevent reading the reconciliation`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            world.stripe.set(session, ["amount_total": .null])
            world.stripe.isAway = true
            try await world.send("checkout.session.completed", session)
            world.clock.advance(by: .seconds(7200))

            let section = try await world.books().section("payments")

            #expect(section.mismatches.map(\.expected) == ["a payment"] && section.sums == [])
        }
    }

    @Test func `events are found by their time, without reading all of them`() async throws {
        let explaining = Explaining()
        let world = try await TestWorld(wrap: explaining.wrap)

        _ = try await world.reconcile()

        let steps = explaining.plan("'event_not_applied'").filter { $0.contains("stripe_events") || $0.contains(" e ") }
        #expect(
            steps.contains { $0.contains("stripe_events_by_time") }
                && steps.contains { $0.contains("stripe_events_by_receipt") }, "\(steps)")
        #expect(!steps.contains { $0.hasPrefix("SCAN") }, "\(steps)")
    }
}

extension BillingWorld {
    /// Retries what waits until it is abandoned.
    func giveUp() async throws {
        for _ in 0..<Billing.mostTries + 10 {
            clock.advance(by: .seconds(3600))
            _ = try await ApplyStripeEvents(billing).runOnce()
        }
    }
}
