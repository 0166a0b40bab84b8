@testable import Core
import SQL
import Testing
import TestSupport

/// Payments that were not booked as they should be, and how they are repaired.
struct RepairPurchasesTests {
    @Test(arguments: TestEngine.available)
    func `a payment without an event is in Stripe's list, and is booked once, even if its event comes late`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            world.clock.advance(by: .seconds(7200))
            #expect(try await world.books().isClean)
            let books = try await world.books(withStripe: true)
            let mismatch = try #require(books.section("stripe").mismatches.first)
            #expect(mismatch.code == "payment_not_booked" && mismatch.subject == "checkout:\(session)")
            #expect(mismatch.expected == "500 usd" && mismatch.found == "none")
            #expect(mismatch.repair.command == "darkroom admin repair purchases \(session)")
            #expect(
                books.section("stripe").sums == [Reconciliation.Sum(unit: .money("usd"), recorded: 0, expected: 500)])

            #expect(try await world.repair(isDry: true) == ["\(session) toBook"])
            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.repair() == ["\(session) booked"])
            #expect(try await world.repair() == [])
            #expect(try await world.repair([session]) == ["\(session) wasConfirmed"])
            try await world.send("checkout.session.completed", session)

            #expect(try await world.balance(of: actor).available == .whole(100))
            #expect(try await world.purchases(of: actor).count == 1)
            #expect(try await world.books(withStripe: true).isClean)
            #expect(try await world.world.acts() == ["purchases.repair checkout:\(session)"])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a month without an event is booked by its invoice`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let subscription = try await world.subscribe("basic", actor)
            world.clock.advance(by: .seconds(FakeStripe.month))
            let invoice = world.stripe.renew(subscription)
            world.clock.advance(by: .seconds(7200))
            #expect(
                try await world.books(withStripe: true).section("stripe").mismatches.map(\.subject)
                    == ["invoice:\(invoice)"])

            #expect(try await world.repair() == ["\(invoice) booked"])
            try await world.send("invoice.paid", invoice)

            #expect(try await world.purchases(of: actor).count == 2)
            #expect(try await world.books(withStripe: true).isClean)
        }
    }

    @Test(arguments: TestEngine.available)
    func `an event that could not be applied is a mismatch once it is an hour old, and the repair books it`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            world.stripe.isAway = true
            try await world.send("checkout.session.completed", session)
            #expect(try await world.books().isClean)
            world.clock.advance(by: .seconds(7200))

            let section = try await world.books().section("payments")
            #expect(
                section.mismatches.map(\.code) == ["payment_not_booked"] && section.compared == 1
                    && section.matched == 0)
            #expect(section.mismatches.first?.repair.command == "darkroom admin repair purchases \(session)")
            #expect(section.sums == [Reconciliation.Sum(unit: .money("usd"), recorded: 0, expected: 500)])
            await #expect(throws: StripeError.self) { try await world.repair([session]) }
            world.stripe.isAway = false
            #expect(try await world.repair([session]) == ["\(session) booked"])
            #expect(try await world.repair() == [])

            #expect(try await world.balance(of: actor).available == .whole(100))
            #expect(try await world.books(withStripe: true).isClean)
            try await world.catchUp()
            #expect(try await world.purchases(of: actor).count == 1)
        }
    }

    @Test(arguments: TestEngine.available)
    func `an invoice's event whose purchase is gone is found, and so are credits without it`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            _ = try await world.subscribe("basic", actor)
            world.clock.advance(by: .seconds(7200))
            #expect(try await world.books().isClean)

            try await world.execute("DELETE FROM purchases")

            let books = try await world.books()
            #expect(books.section("payments").mismatches.map(\.code) == ["payment_not_booked"])
            #expect(
                books.section("purchases").mismatches.map(\.code)
                    == ["every_booking_of_purchased_credits_has_a_purchase"])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a purchase without any event is confirmed at Stripe`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.buy(.pack("small"), by: actor)
            try await world.execute("DELETE FROM stripe_events", "UPDATE checkouts SET state = 'open', ended_at = NULL")
            #expect(try await world.books().isClean)
            world.clock.advance(by: .seconds(7200))
            #expect(try await world.books().section("payments").mismatches.map(\.code) == ["purchase_without_event"])

            #expect(try await world.repair(isDry: true) == ["\(session) toConfirm"])
            #expect(try await world.repair() == ["\(session) confirmed"])
            #expect(try await world.repair() == [])

            #expect(try await world.books(withStripe: true).isClean)
            #expect(try await world.world.acts() == ["purchases.confirm checkout:\(session)"])
            #expect(try await world.balance(of: actor).available == .whole(100))
        }
    }

    @Test(arguments: TestEngine.available)
    func `a client that returned from the pay page needs no event`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let checkout = try await world.checkout(.pack("small"), by: actor)
            world.stripe.pay(checkout.sessionID ?? "")
            _ = try await ReadCheckout(world.billing)(checkout.id, by: actor)
            world.clock.advance(by: .seconds(7200))

            #expect(try await world.books(withStripe: true).isClean)
            #expect(try await world.repair() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `another amount than Stripe's, and a purchase that was never paid, are for a person to look at`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let dear = try await world.buy(.pack("small"), by: actor)
            let unpaid = try await world.buy(.pack("small"), by: actor)
            world.clock.advance(by: .seconds(7200))

            try await world.database.write(order: .alone) {
                _ = try $0.execute("UPDATE purchases SET amount = 400 WHERE key = $1", "checkout:\(dear)")
            }
            world.stripe.set(unpaid, ["payment_status": "unpaid"])

            let books = try await world.books(withStripe: true)
            let payments = books.section("payments")
            #expect(
                payments.mismatches.map(\.code) == ["amount_differs"]
                    && payments.mismatches.first?.expected == "500 usd")
            #expect(payments.mismatches.first?.found == "400 usd" && payments.mismatches.first?.repair.command == nil)
            #expect(Set(books.section("stripe").mismatches.map(\.code)) == ["amount_differs", "purchase_not_paid"])
            #expect(try await world.repair([dear, unpaid]) == ["\(dear) amountDiffers", "\(unpaid) notPaid"])
            #expect(try await world.balance(of: actor).available == .whole(200))
            #expect(try await world.world.acts() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `an event is read whatever characters are in it`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            world.stripe.set(session, ["client_reference_id": "a\u{0}b \\u0000 \u{1F600} '\""])
            try await world.send("checkout.session.completed", session)

            let section = try await world.books().section("payments")

            #expect(section.compared == 1 && section.matched == 1)
            #expect(section.sums == [Reconciliation.Sum(unit: .money("usd"), recorded: 500, expected: 500)])
        }
    }

    @Test func `what others sell through the same Stripe account is not compared`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            world.stripe.set(
                session, ["metadata": ["checkout": .string(ID<Checkout>.make(at: world.clock.now).rawValue)]])
            world.clock.advance(by: .seconds(7200))

            let section = try await world.books(withStripe: true).section("stripe")

            #expect(section.compared == 0 && section.mismatched == 0)
            #expect(try await world.repair() == [])
            #expect(try await world.repair([session], isDry: true) == ["\(session) bringsNothing"])
            #expect(try await world.repair([session]) == ["\(session) bringsNothing"])
            #expect(try await world.world.acts() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `what was paid and refunded, without an event for either, brings nothing that can be spent`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let refunded = try await world.pay(.pack("small"), by: actor)
            let disputed = try await world.pay(.pack("small"), by: actor)
            world.stripe.refund(world.stripe.charge(for: refunded), inAll: 500)
            _ = world.stripe.dispute(world.stripe.charge(for: disputed), amount: 500)
            world.clock.advance(by: .seconds(7200))

            #expect(Set(try await world.repair()) == ["\(refunded) booked", "\(disputed) booked"])

            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.purchases(of: actor).allSatisfy { $0.clawedBack == .whole(100) })
            #expect(try await world.books(withStripe: true).isClean)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a refund and a dispute without events are in Stripe's lists, and are taken back`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let refunded = try await world.buy(.pack("small"), by: actor)
            let disputed = try await world.buy(.pack("small"), by: actor)
            world.stripe.refund(world.stripe.charge(for: refunded), inAll: 125)
            _ = world.stripe.dispute(world.stripe.charge(for: disputed), amount: 500)
            #expect(try await world.books(withStripe: true).isClean)
            world.clock.advance(by: .seconds(7200))

            let section = try await world.books(withStripe: true).section("refunds")
            #expect(section.mismatches.map { "\($0.code) \($0.subject)" } == [
                "refund_not_applied checkout:\(refunded)", "dispute_not_applied checkout:\(disputed)",
            ])
            #expect(section.mismatches.first?.expected == "125 usd" && section.mismatches.first?.found == "0 usd")
            #expect(section.mismatches.first?.repair.command == "darkroom admin repair purchases \(refunded)")
            #expect(Set(try await world.repair(isDry: true)) == ["\(refunded) toConfirm", "\(disputed) toConfirm"])
            #expect(try await world.balance(of: actor).available == .whole(200))
            #expect(Set(try await world.repair()) == ["\(refunded) confirmed", "\(disputed) confirmed"])

            #expect(try await world.balance(of: actor).available == .whole(75))
            #expect(try await world.books(withStripe: true).isClean)
            #expect(try await world.repair() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a payment that was begun before the period and paid in it is not missed`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.checkout(.pack("small"), by: actor).sessionID ?? ""
            world.stripe.pay(session, later: true)
            let begin = world.clock.now + .seconds(3600)
            world.clock.advance(by: .seconds(5 * 86_400))
            world.stripe.settle(session)
            world.clock.advance(by: .seconds(86_400))

            let period = try #require(ReconciliationPeriod(from: begin, to: world.clock.now, now: world.clock.now))
            let books = try await Reconcile(
                database: world.database, billing: world.billing, time: world.clock.time)(period, withStripe: true)

            #expect(books.section("stripe").mismatches.map(\.subject) == ["checkout:\(session)"])
        }
    }

    @Test func `a pay page that was opened long ago, and paid just now, is not a mismatch yet`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let session = try await world.checkout(.pack("small"), by: actor).sessionID ?? ""
            world.clock.advance(by: .seconds(7200))
            world.stripe.pay(session)
            #expect(try await world.books(withStripe: true).isClean)

            world.clock.advance(by: .seconds(7200))

            #expect(try await world.books(withStripe: true).section("stripe").mismatched == 1)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a plan's Checkout Session leads to its invoice`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.plan("basic"), by: actor)
            let invoice = world.stripe[session]["invoice"]?.string ?? ""

            #expect(try await world.repair([session], isDry: true) == ["\(session) toBook"])
            #expect(try await world.repair([session]) == ["\(session) booked"])
            #expect(try await world.repair([session], isDry: true) == ["\(session) wasConfirmed"])

            #expect(try await world.purchases(of: actor).map(\.key) == ["invoice:\(invoice)"])
            #expect(try await world.plan(of: actor) == "basic")
            #expect(try await world.world.acts() == ["purchases.repair invoice:\(invoice)"])
        }
    }

    @Test func `what was paid otherwise than it was sold is not promised by a dry run`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            world.stripe.set(session, ["amount_subtotal": 1])

            #expect(try await world.repair([session], isDry: true) == ["\(session) bringsNothing"])
            #expect(try await world.repair([session]) == ["\(session) bringsNothing"])
            #expect(try await world.purchases(of: actor) == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `an invoice that brought nothing brings nothing later, whatever its plan brings then`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            try await world.execute("UPDATE plans SET monthly_credits = 0 WHERE name = 'basic'")
            _ = try await world.subscribe("basic", actor)
            let account = try await world.world.account()
            let session = try await world.pay(.plan("basic"), by: account)
            #expect(try await world.repair([session]) == ["\(session) bringsNothing"])
            world.clock.advance(by: .seconds(7200))
            #expect(try await world.books(withStripe: true).isClean)

            try await world.execute("UPDATE plans SET monthly_credits = 50000 WHERE name = 'basic'")

            #expect(try await world.books(withStripe: true).isClean)
            #expect(try await world.repair() == [])
            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.repair([session]) == ["\(session) booked"])
        }
    }

    @Test func `reading the reconciliation, and a dry run, write nothing`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.plan("basic"), by: actor)
            try await world.execute("DELETE FROM stripe_prices")

            _ = try await world.books(withStripe: true)
            _ = try await world.repair(isDry: true)
            _ = try await world.repair([session], isDry: true)

            let stored = try await world.database.read { try $0.query("SELECT id FROM stripe_prices").count }
            #expect(stored == 0)
            #expect(try await world.world.acts() == [])
        }
    }

    @Test func `Stripe's list is read page by page`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            for _ in 0..<205 { _ = try await world.pay(.pack("small"), by: actor) }
            world.clock.advance(by: .seconds(7200))

            let section = try await world.books(withStripe: true).section("stripe")

            #expect(
                section.compared == 205 && section.mismatched == 205 && section.mismatches.count == 20
                    && section.isComplete)
            #expect(world.stripe.requests.count { $0 == "GET /checkout/sessions" } == 3)
        }
    }

    @Test func `a payment booked in the period and begun before it is looked up by its id`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let session = try await world.checkout(.pack("small"), by: actor).sessionID ?? ""
            let begin = world.clock.now + .seconds(3600)
            world.clock.advance(by: .seconds(7200))
            world.stripe.pay(session)
            try await world.send("checkout.session.completed", session)
            world.clock.advance(by: .seconds(7200))

            let period = try #require(ReconciliationPeriod(from: begin, to: world.clock.now, now: world.clock.now))
            let books = try await Reconcile(
                database: world.database, billing: world.billing, time: world.clock.time)(period, withStripe: true)

            #expect(books.isClean && books.section("stripe").compared == 1)
        }
    }
}

extension BillingWorld {
    /// The outcome of each, as `id outcome`.
    func repair(_ ids: [String]? = nil, isDry: Bool = false) async throws -> [String] {
        var repairs: [String] = []
        let repair = RepairPurchases(billing)
        if let ids {
            try await repair(ids, isDry: isDry) { repairs.append("\($0.id) \($0.outcome)") }
        } else {
            guard let period = ReconciliationPeriod(
                from: clock.now - .seconds(40 * 86_400), to: clock.now + .seconds(1), now: clock.now)
            else {
                throw Unexpected("no period")
            }
            try await repair(period, isDry: isDry) { repairs.append("\($0.id) \($0.outcome)") }
        }
        return repairs
    }
}
