import Core
import Testing
@testable import StripeEmulator

struct CheckoutTests {
    private static let start = "mode=payment&success_url=http://shop.test/ok"

    @Test func `a pack that is paid completes the session, and has an intent with its metadata`() async throws {
        try await StripeWorld.with { world in
            let session = try await world.session(
                999, "&client_reference_id=order_1&metadata[order]=1&payment_intent_data[metadata][order]=2")
            #expect(session.at("status") == "open" && session.at("payment_status") == "unpaid")
            #expect(session.at("url") == .string("http://stripe.test/c/pay/\(session.id)"))

            let paid = try await world.pay(session)

            let intent = try await world.get("/v1/payment_intents/\(paid.at("payment_intent").string ?? "")")
            #expect(paid.at("status") == "complete" && paid.at("payment_status") == "paid")
            #expect(paid.at("url") == .null && paid.at("client_reference_id") == "order_1")
            #expect(paid.at("metadata") == ["order": "1"] && intent.at("metadata") == ["order": "2"])
            #expect(intent.at("amount_received") == 999 && paid.at("invoice") == .null)
            // Without a reason to have a customer there is none.
            #expect(paid.at("customer") == .null)
            #expect(try await world.refusal(.post, "/_emulator/sessions/\(session.id)/pay").hasPrefix("400"))
        }
    }

    @Test func `a declined card leaves the session open, and the next one pays the same intent`() async throws {
        try await StripeWorld.with { world in
            let session = try await world.session()

            let declined = try await world.pay(session, with: "declines")
            let refused = try await world.get("/v1/payment_intents/\(declined.at("payment_intent").string ?? "")")
            let paid = try await world.pay(session)

            #expect(declined.at("status") == "open" && refused.at("status") == "requires_payment_method")
            #expect(refused.at("last_payment_error.decline_code") == "generic_decline")
            #expect(paid.at("payment_intent") == declined.at("payment_intent"))
            #expect(try await world.get("/v1/charges").at("data.*.status") == ["succeeded", "failed"])
        }
    }

    @Test(
        arguments: [("arrived", "paid", "succeeded"), ("failed", "unpaid", "failed")] as [(String, JSON, String)])
    func `a delayed payment completes the session before the money is there`(
        outcome: String, status: JSON, event: String
    ) async throws {
        try await StripeWorld.with { world in
            let session = try await world.pay(world.session(), with: "delayed")
            #expect(session.at("status") == "complete" && session.at("payment_status") == "unpaid")
            let intent = session.at("payment_intent").string ?? ""

            _ = try await world.post("/_emulator/payment_intents/\(intent)/settle", "outcome=\(outcome)")

            #expect(try await world.get("/v1/checkout/sessions/\(session.id)").at("payment_status") == status)
            #expect(try await world.events().last == "checkout.session.async_payment_\(event)")
        }
    }

    @Test func `what costs nothing needs no payment`() async throws {
        try await StripeWorld.with { world in
            let paid = try await world.pay(world.session(0), with: "declines")

            #expect(paid.at("payment_status") == "no_payment_required" && paid.at("payment_intent") == .null)
            #expect(try await world.get("/v1/charges").at("data") == [])
        }
    }

    @Test(
        arguments: [
            ("", "2027-01-02T00:00:00Z"), ("&expires_at=1798763400", "2027-01-01T00:30:00Z"),
        ])
    func `a session expires by the clock, after a day if nothing else is said`(
        form: String, end: String
    ) async throws {
        try await StripeWorld.with { world in
            let session = try await world.session(1000, form)
            let end = try #require(Instant(text: end))
            let path = "/v1/checkout/sessions/\(session.id)"

            _ = try await world.post("/_emulator/clock/advance", "to=\(end.seconds - 1)")
            let before = try await world.get(path).at("status")
            _ = try await world.post("/_emulator/clock/advance", "seconds=1")

            let expired = try await world.get(path)
            #expect(before == "open" && expired.at("status") == "expired" && expired.at("url") == .null)
            #expect(try await world.events().last == "checkout.session.expired")
            #expect(try await world.refusal(.post, "/_emulator/sessions/\(session.id)/pay").hasPrefix("400"))
            #expect(try await world.refusal(.post, path + "/expire") == "400 invalid_request_error - -")
        }
    }

    @Test func `a plan that is paid has a subscription with its metadata and its first invoice`() async throws {
        try await StripeWorld.with { world in
            let session = try await world.post(
                "/v1/checkout/sessions",
                "mode=subscription&success_url=http://shop.test/ok&line_items[0][price]=\(world.price(1000))"
                    + "&line_items[0][quantity]=2&subscription_data[metadata][team]=7")
            let declined = try await world.pay(session, with: "declines")
            #expect(declined.at("status") == "open" && declined.at("subscription") == .null)
            #expect(try await world.get("/v1/subscriptions", "status=all").at("data") == [])

            let paid = try await world.pay(session)

            let path = "/v1/subscriptions/\(paid.at("subscription").string ?? "")"
            let subscription = try await world.get(path, "expand[]=latest_invoice")
            #expect(paid.at("payment_status") == "paid" && paid.at("payment_intent") == .null)
            #expect(subscription.at("status") == "active" && subscription.at("metadata") == ["team": "7"])
            #expect(subscription.at("latest_invoice.id") == paid.at("invoice"))
            #expect(subscription.at("latest_invoice.amount_paid") == 2000)
            #expect(subscription.at("customer") == paid.at("customer"))
        }
    }

    @Test func `a single payment has an invoice and a customer if they are requested`() async throws {
        try await StripeWorld.with { world in
            let session = try await world.session(
                1000, "&invoice_creation[enabled]=true&customer_creation=always&customer_email=ada@example.com")

            let paid = try await world.pay(session)

            let invoice = try await world.get("/v1/invoices/\(paid.at("invoice").string ?? "")")
            #expect(invoice.at("status") == "paid" && invoice.at("amount_paid") == 1000)
            #expect(invoice.at("billing_reason") == "manual" && invoice.at("customer") == paid.at("customer"))
            #expect(invoice.at("customer_email") == "ada@example.com" && invoice.at("parent") == .null)
        }
    }

    @Test(
        arguments: [
            ("", "parameter_missing line_items"),
            ("line_items[0][price]=PACK", "parameter_missing line_items[0][quantity]"),
            ("line_items[0][price]=PACK&line_items[0][quantity]=0",
                "parameter_invalid_integer line_items[0][quantity]"),
            ("line_items[0][quantity]=1", "parameter_missing line_items[0][price]"),
            ("line_items[0][price]=price_none&line_items[0][quantity]=1", "resource_missing line_items[0][price]"),
            ("line_items[0][price]=PLAN&line_items[0][quantity]=1", "- line_items[0][price]"),
            ("line_items[0][price]=PACK&line_items[0][quantity]=1&line_items[1][price]=EURO&line_items[1][quantity]=1",
                "- line_items"),
            ("line_items=PACK", "- line_items"),
            ("line_items[0][price]=PACK&line_items[0][quantity]=1&cancel_url=shop.test", "url_invalid cancel_url"),
            ("line_items[0][price]=PACK&line_items[0][quantity]=1&expires_at=1798762000", "- expires_at"),
            ("line_items[0][price]=PACK&line_items[0][quantity]=1&subscription_data[description]=x",
                "- subscription_data"),
            ("line_items[0][price]=PACK&line_items[0][quantity]=1&payment_intent_data[shoes]=1",
                "parameter_unknown payment_intent_data[shoes]"),
            ("line_items[0][price]=PACK&line_items[0][quantity]=1&automatic_tax[enabled]=true",
                "- automatic_tax[enabled]"),
            ("line_items[0][price]=PACK&line_items[0][quantity]=1&payment_method_types[0]=card",
                "parameter_unknown payment_method_types"),
        ])
    func `a wrong order is refused with the name of what is wrong`(form: String, refusal: String) async throws {
        try await StripeWorld.with { world in
            let form = form.replacing("PACK", with: try await world.price(1000, nil))
                .replacing("PLAN", with: try await world.price(1000))
                .replacing("EURO", with: try await world.price(1000, nil, currency: "eur"))

            #expect(
                try await world.refusal(.post, "/v1/checkout/sessions", Self.start + "&" + form)
                    == "400 invalid_request_error " + refusal)
            #expect(try await world.get("/v1/checkout/sessions").at("data") == [])
        }
    }

    @Test func `line items are shown on request only`() async throws {
        try await StripeWorld.with { world in
            let session = try await world.session(700)

            let expanded = try await world.get("/v1/checkout/sessions/\(session.id)", "expand[]=line_items")
            #expect(session["line_items"] == nil && expanded.at("line_items.data.*.amount_total") == [700])
            #expect(
                try await world.get("/v1/checkout/sessions/\(session.id)/line_items") == expanded.at("line_items"))
        }
    }
}
