@testable import Core
import Logging
import SQL
import Testing
import TestSupport

/// What is believed, what is stored, and what happens while Stripe is unavailable.
struct StripeEventTests {
    @Test
    func `what is not signed, was changed, is too old or is no event is refused, and nothing is stored`() async throws {
        try await BillingWorld.run { world in
            let body = world.stripe.event("invoice.paid", "in_1")
            let header = world.stripe.sign(body)
            let thin = Array(#"{"object":"v2.core.event","id":"evt_1","type":"x"}"#.utf8)

            #expect(await refusal(of: body, nil, world) == .signature(.missing))
            #expect(await refusal(of: body, "t=1", world) == .signature(.malformed))
            #expect(await refusal(of: body + [32], header, world) == .signature(.forged))
            #expect(await refusal(of: thin, world.stripe.sign(thin), world) == .malformed)
            world.clock.advance(by: .seconds(301))
            #expect(await refusal(of: body, header, world) == .signature(.stale))

            let outcomes = try await world.outcomes()
            #expect(outcomes.isEmpty)
            #expect(world.stripe.requests.isEmpty)
        }
    }

    private func refusal(
        of body: [UInt8], _ header: String?, _ world: BillingWorld
    ) async -> ReceiveStripeEvent.Refusal? {
        do { try await ReceiveStripeEvent(world.billing)(body, signature: header) } catch {
            return error as? ReceiveStripeEvent.Refusal
        }
        return nil
    }

    @Test func `an unknown event is stored and means nothing`() async throws {
        try await BillingWorld.run { world in
            try await world.send("customer.discount.created", "x", id: "evt_1")
            try await world.send("customer.discount.created", "x", id: "evt_1")

            #expect(try await world.outcomes() == ["ignored": 1])
            #expect(try await world.database.read { try $0.billing.stripeEvent(
                ID(rawValue: "evt_1")) }?.type == "customer.discount.created")
        }
    }

    @Test func `an event that concerns nothing here is in the log for debugging alone`() async throws {
        let log = RecordedLog(from: .debug)
        try await BillingWorld.run(logger: log.logger) { world in
            try await world.buy(.pack("small"), by: world.world.account())
            try await world.send("product.created", "prod_1", id: "evt_1")
        }

        let applied = log.lines(at: .info).filter { $0.hasPrefix("Stripe event") }
        #expect(applied.count == 1 && applied[0].contains("type=checkout.session.completed"), "\(applied)")
        #expect(log.lines(at: .debug).filter { $0.hasPrefix("Stripe event") } == [
            "Stripe event ignored event=evt_1 type=product.created",
        ])
    }

    @Test(arguments: TestEngine.available)
    func `while Stripe is unavailable an event is stored, and applied later by itself`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            let apply = ApplyStripeEvents(world.billing)
            world.stripe.isAway = true

            try await world.send("checkout.session.completed", session)
            #expect(try await world.outcomes() == ["waiting": 1])
            #expect(try await apply.runOnce() == 0)
            world.clock.advance(by: .seconds(10))
            #expect(try await apply.runOnce() == 0)
            world.stripe.isAway = false
            world.clock.advance(by: .seconds(19))
            #expect(try await apply.runOnce() == 0)
            world.clock.advance(by: .seconds(1))
            #expect(try await apply.runOnce() == 1)

            #expect(try await world.balance(of: actor).available == .whole(100))
            #expect(try await world.outcomes() == ["applied": 1])
        }
    }

    @Test func `after three days of trying it takes a person, who replays it`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            world.stripe.isAway = true
            try await world.send("checkout.session.completed", session, id: "evt_1")
            for _ in 0..<Billing.mostTries {
                world.clock.advance(by: .seconds(3600))
                try await ApplyStripeEvents(world.billing).runOnce()
            }
            #expect(try await world.outcomes() == ["abandoned": 1])
            world.stripe.isAway = false

            #expect(try await ApplyStripeEvents(world.billing).replay(ID(rawValue: "evt_1")) == .applied)
            #expect(try await ApplyStripeEvents(world.billing).replay(ID(rawValue: "evt_1")) == .applied)
            #expect(try await ApplyStripeEvents(world.billing).replay(ID(rawValue: "evt_2")) == nil)

            #expect(try await world.balance(of: actor).available == .whole(100))
        }
    }

    @Test func `waits grow to an hour`() {
        #expect([0, 1, 2, 8, 9, 50].map(Billing.wait) == [10, 20, 40, 2560, 3600, 3600].map { Duration.seconds($0) })
    }

    @Test(arguments: [
        ("checkout.session.async_payment_failed", StripeEvent.Subject.checkout("x_1", hasFailed: true)),
        ("invoice.paid", .invoice("x_1")), ("customer.subscription.deleted", .subscription("x_1")),
        ("charge.refunded", .charge("x_1")),
        ("charge.dispute.closed", .dispute("x_1")), ("refund.failed", .charge("ch_1")),
        ("charge.refund.updated", .charge("ch_1")),
    ])
    func `an event is about one thing`(type: String, subject: StripeEvent.Subject) {
        let body: JSON = ["id": "evt_1", "object": "event", "type": .string(type), "data": [
            "object": ["id": "x_1", "charge": "ch_1"]]]
        #expect(StripeEvent(body)?.subject == subject)
    }
}
