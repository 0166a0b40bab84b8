import Core
import Testing
@testable import StripeEmulator

/// A change of plan whose payment is declined.
struct PlanChangePaymentTests {
    private func withDeclinedCard(
        at moment: String = "2027-01-16T12:00:00Z", _ body: (StripeWorld, JSON, String) async throws -> Void
    ) async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(3100))
            try await world.setCard("pm_card_chargeCustomerFail", of: subscription.at("customer").string ?? "")
            try await world.move(to: moment)
            try await body(world, subscription, world.price(6200))
        }
    }

    private func change(
        _ world: StripeWorld, _ subscription: JSON, to price: String, _ behavior: String
    ) async throws -> StripeWorld.Reply {
        try await world.change(
            subscription, to: price, "&proration_behavior=always_invoice&payment_behavior=\(behavior)")
    }

    @Test func `with error_if_incomplete nothing has happened`() async throws {
        try await withDeclinedCard { world, subscription, large in
            let events = try await world.events()

            let reply = try await change(world, subscription, to: large, "error_if_incomplete")

            #expect(reply.refusal == "402 card_error card_declined -")
            #expect(reply.body.at("error.decline_code") == "generic_decline")
            #expect(try await world.get("/v1/subscriptions/\(subscription.id)") == subscription)
            #expect(try await world.events() == events)
        }
    }

    @Test(
        arguments: [
            ("allow_incomplete", 6200, "past_due", 1), ("default_incomplete", 6200, "active", 0),
            ("pending_if_incomplete", 3100, "active", 1),
        ] as [(String, JSON, JSON, JSON)])
    func `otherwise the invoice stays open, and the plan follows or waits`(
        behavior: String, amount: JSON, status: JSON, attempts: JSON
    ) async throws {
        try await withDeclinedCard { world, subscription, large in
            let changed = try await change(world, subscription, to: large, behavior).body

            let invoice = try await world.latestInvoice(of: subscription)
            #expect(changed.at("items.data.0.price.unit_amount") == amount && changed.at("status") == status)
            #expect((changed.at("pending_update") == .null) == (behavior != "pending_if_incomplete"))
            #expect(invoice.at("status") == "open" && invoice.at("amount_due") == 1550)
            #expect(invoice.at("attempt_count") == attempts && invoice.at("next_payment_attempt") == .null)
        }
    }

    @Test func `a pending change is applied once its invoice is paid`() async throws {
        try await withDeclinedCard { world, subscription, large in
            let waiting = try await change(world, subscription, to: large, "pending_if_incomplete").body
            #expect(waiting.at("pending_update.subscription_items.0.price.id") == .string(large))

            _ = try await world.post(
                "/v1/invoices/\(waiting.at("latest_invoice").string ?? "")/pay", "payment_method=pm_card_visa")

            let applied = try await world.get("/v1/subscriptions/\(subscription.id)")
            #expect(applied.at("items.data.0.price.id") == .string(large) && applied.at("pending_update") == .null)
            #expect(try await world.events().last == "customer.subscription.pending_update_applied")
        }
    }

    @Test(
        arguments: [
            // 23 hours later, or at the end of the period if that is earlier.
            ("2027-01-16T12:00:00Z", "2027-01-17T11:00:00Z"), ("2027-01-31T12:00:00Z", "2027-02-01T00:00:00Z"),
        ])
    func `a pending change expires, and its invoice is void`(start: String, end: String) async throws {
        try await withDeclinedCard(at: start) { world, subscription, large in
            let waiting = try await change(world, subscription, to: large, "pending_if_incomplete").body
            let invoice = try #require(waiting.at("latest_invoice").string)
            let expiry = try #require(Instant(text: end)).seconds
            #expect(waiting.at("pending_update.expires_at") == .integer(expiry))

            try await world.move(to: end)

            let after = try await world.get("/v1/subscriptions/\(subscription.id)")
            #expect(after.at("pending_update") == .null && after.at("items.data.0.price.unit_amount") == 3100)
            #expect(try await world.get("/v1/invoices/\(invoice)").at("status") == "void")
            #expect(
                try await world.refusal(.post, "/v1/invoices/\(invoice)/pay", "payment_method=pm_card_visa")
                    == "400 invalid_request_error invoice_not_editable -")
            #expect(try await world.events("customer.subscription.pending_update_expired").count == 1)
        }
    }

    @Test func `voiding the invoice of a pending change ends it`() async throws {
        try await withDeclinedCard { world, subscription, large in
            let waiting = try await change(world, subscription, to: large, "pending_if_incomplete").body

            _ = try await world.post("/v1/invoices/\(waiting.at("latest_invoice").string ?? "")/void")

            let after = try await world.get("/v1/subscriptions/\(subscription.id)")
            #expect(after.at("pending_update") == .null && after.at("items.data.0.price.unit_amount") == 3100)
        }
    }
}
