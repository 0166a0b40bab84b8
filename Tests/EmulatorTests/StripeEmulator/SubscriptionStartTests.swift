import Core
import Testing
@testable import StripeEmulator

/// How a subscription begins: its first payment, or a trial.
struct SubscriptionStartTests {
    @Test(
        arguments: [
            ("pm_card_visa", "active", "paid"), ("pm_card_chargeCustomerFail", "incomplete", "open"),
            // Money that is under way counts: the plan is in force before it arrives.
            ("pm_sepaDebit", "active", "open"),
        ] as [(String, JSON, JSON)])
    func `the first payment decides the status`(card: String, status: JSON, invoice: JSON) async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000), card: card)

            let first = try await world.latestInvoice(of: subscription)
            #expect(subscription.at("status") == status && first.at("status") == invoice)
            #expect(first.at("billing_reason") == "subscription_create" && first.at("attempt_count") == 1)
            #expect(first.at("next_payment_attempt") == .null)
        }
    }

    @Test func `the events of a start are in the order of what happens`() async throws {
        try await StripeWorld.with { world in
            let (price, customer) = (try await world.price(1000), try await world.customer())
            let before = try await world.events().count

            _ = try await world.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price)")

            #expect(
                try await world.events().dropFirst(before) == [
                    "customer.subscription.created", "invoice.created", "payment_intent.created", "invoice.finalized",
                    "charge.succeeded", "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid",
                    "invoice.payment_succeeded", "customer.subscription.updated",
                ])
        }
    }

    @Test(arguments: [("allow_incomplete", 1), ("default_incomplete", 0)] as [(String, JSON)])
    func `an incomplete one becomes active by payment within 23 hours`(
        behavior: String, attempts: JSON
    ) async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(
                to: world.price(1000), card: "pm_card_chargeCustomerFail", "&payment_behavior=\(behavior)")
            let invoice = try await world.latestInvoice(of: subscription)
            #expect(invoice.at("attempt_count") == attempts)
            try await world.move(to: "2027-01-01T22:59:59Z")

            let paid = try await world.post("/v1/invoices/\(invoice.id)/pay", "payment_method=pm_card_visa")

            #expect(paid.at("status") == "paid")
            #expect(try await world.get("/v1/subscriptions/\(subscription.id)").at("status") == "active")
        }
    }

    @Test func `after 23 hours an incomplete one expires with its invoice`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000), card: "pm_card_chargeCustomerFail")

            try await world.move(to: "2027-01-01T23:00:00Z")

            let expired = try await world.get("/v1/subscriptions/\(subscription.id)")
            #expect(expired.at("status") == "incomplete_expired" && expired.at("ended_at") != .null)
            #expect(try await world.latestInvoice(of: subscription).at("status") == "void")
        }
    }

    @Test func `voiding its first invoice ends an incomplete one, once`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000), card: "pm_card_chargeCustomerFail")

            let invoice = try await world.latestInvoice(of: subscription).id
            _ = try await world.post("/v1/invoices/\(invoice)/void")
            let status = try await world.get("/v1/subscriptions/\(subscription.id)").at("status")
            try await world.move(to: "2027-01-03T00:00:00Z")

            #expect(status == "incomplete_expired")
            #expect(try await world.events("invoice.voided").count == 1)
        }
    }

    @Test func `with error_if_incomplete a declined card leaves nothing behind`() async throws {
        try await StripeWorld.with { world in
            let customer = try await world.customer(card: "pm_card_chargeCustomerFail")
            let price = try await world.price(1000)

            let refusal = try await world.refusal(
                .post, "/v1/subscriptions",
                "customer=\(customer)&items[0][price]=\(price)&payment_behavior=error_if_incomplete")

            #expect(refusal == "402 card_error card_declined -")
            #expect(try await world.get("/v1/subscriptions", "status=all").at("data") == [])
            #expect(try await world.get("/v1/charges").at("data") == [])
        }
    }

    @Test func `without a card nothing begins, unless it is paid later`() async throws {
        try await StripeWorld.with { world in
            let customer = try await world.customer(card: nil)
            let form = try await "customer=\(customer)&items[0][price]=\(world.price(1000))"

            let refusal = try await world.refusal(.post, "/v1/subscriptions", form)
            let later = try await world.post("/v1/subscriptions", form + "&payment_behavior=default_incomplete")

            #expect(refusal == "400 invalid_request_error resource_missing -")
            #expect(later.at("status") == "incomplete")
        }
    }

    @Test(arguments: [("arrived", "active", "paid"), ("failed", "past_due", "open")] as [(String, JSON, JSON)])
    func `money that was under way arrives or does not`(outcome: String, status: JSON, invoice: JSON) async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000), card: "pm_sepaDebit")
            let intent = try await world.get("/v1/payment_intents").at("data.0")
            #expect(intent.at("status") == "processing" && intent.at("payment_method_types") == ["sepa_debit"])

            _ = try await world.post("/_emulator/payment_intents/\(intent.id)/settle", "outcome=\(outcome)")

            #expect(try await world.get("/v1/subscriptions/\(subscription.id)").at("status") == status)
            #expect(try await world.latestInvoice(of: subscription).at("status") == invoice)
            #expect(
                try await world.refusal(.post, "/_emulator/payment_intents/\(intent.id)/settle")
                    == "400 invalid_request_error payment_intent_unexpected_state payment_intent")
        }
    }

    @Test func `a trial costs nothing, and its end begins the first paid period`() async throws {
        try await StripeWorld.with { world in
            let trial = try await world.subscription(to: world.price(1000), "&trial_period_days=14")
            let free = try await world.latestInvoice(of: trial)
            #expect(trial.at("status") == "trialing" && trial.day("trial_end") == "2027-01-15")
            #expect(free.at("total") == 0 && free.at("status") == "paid" && free.at("attempted") == false)
            #expect(free.at("lines.data.0.description") == "Trial period for Plan")

            try await world.move(to: "2027-01-15T01:00:00Z")

            let active = try await world.get("/v1/subscriptions/\(trial.id)")
            #expect(active.at("status") == "active" && active.day("items.data.0.current_period_end") == "2027-02-15")
            #expect(try await world.latestInvoice(of: trial).at("amount_paid") == 1000)
        }
    }

    @Test func `prices of one subscription have one currency`() async throws {
        try await StripeWorld.with { world in
            let (usd, eur) = (try await world.price(1000), try await world.price(1000, currency: "eur"))

            let refusal = try await world.refusal(
                .post, "/v1/subscriptions",
                "customer=\(world.customer())&items[0][price]=\(usd)&items[1][price]=\(eur)")

            #expect(refusal == "400 invalid_request_error - items")
        }
    }
}
