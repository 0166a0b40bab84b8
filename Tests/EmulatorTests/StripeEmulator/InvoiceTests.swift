import Core
import Testing
@testable import StripeEmulator

struct InvoiceTests {
    private static let acacia = "2025-02-24.acacia"

    private func withInvoice(
        card: String = "pm_card_visa", _ body: (StripeWorld, JSON) async throws -> Void
    ) async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(
                to: world.price(1000), card: card, "&metadata[team]=7")
            try await body(world, world.latestInvoice(of: subscription))
        }
    }

    @Test func `since basil the subscription, the price and the payment are in objects of their own`() async throws {
        try await withInvoice { world, invoice in
            let now = try await world.get("/v1/invoices/\(invoice.id)", "expand[]=payments")

            let (details, line) = (now.at("parent.subscription_details"), now.at("lines.data.0"))
            let payment = now.at("payments.data.0")
            #expect(now["subscription"] == nil && now["payment_intent"] == nil && now["charge"] == nil)
            #expect(details.at("subscription").string?.hasPrefix("sub_") == true)
            #expect(details.at("metadata") == ["team": "7"])
            #expect(line["price"] == nil && line["proration"] == nil)
            #expect(line.at("pricing.price_details.price").string?.hasPrefix("price_") == true)
            #expect(line.at("pricing.unit_amount_decimal") == "1000")
            #expect(line.at("parent.subscription_item_details.proration") == false)
            #expect(payment.at("status") == "paid" && payment.at("amount_paid") == 1000)
            #expect(payment.at("payment.payment_intent").string?.hasPrefix("pi_") == true)
        }
    }

    @Test func `before basil the invoice and its lines name them`() async throws {
        try await withInvoice { world, invoice in
            let now = try await world.get("/v1/invoices/\(invoice.id)", version: Self.acacia)

            let line = now.at("lines.data.0")
            #expect(now["parent"] == nil && now.at("subscription").string?.hasPrefix("sub_") == true)
            #expect(now.at("payment_intent").string?.hasPrefix("pi_") == true)
            #expect(now.at("charge").string?.hasPrefix("ch_") == true && now.at("paid") == true)
            #expect(now.at("subscription_details.metadata") == ["team": "7"])
            #expect(line["pricing"] == nil && line.at("type") == "subscription" && line.at("proration") == false)
            #expect(line.at("price.unit_amount") == 1000 && line.at("plan.amount") == 1000)
            let refused = try await world.call(
                .get, "/v1/invoices/\(invoice.id)", "expand[]=payments", version: Self.acacia)
            #expect(refused.refusal == "400 invalid_request_error - expand")
        }
    }

    @Test(
        arguments: [
            (acacia, true), ("2025-03-30", true), ("2025-03-31.basil", false), ("2026-10-28.endive", false),
        ])
    func `the period is the subscription's before basil, and the items' since`(
        version: String, isBefore: Bool
    ) async throws {
        try await withInvoice { world, _ in
            let subscription = try await world.get("/v1/subscriptions", version: version).at("data.0")

            #expect((subscription["current_period_end"] != nil) == isBefore)
            #expect((subscription.at("items.data.0.current_period_end") == .null) == isBefore)
            #expect((subscription["billing_mode"] == nil) == isBefore)
        }
    }

    @Test func `numbers count the customer's invoices`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000))
            try await world.move(to: "2027-03-02T00:00:00Z")

            let invoices = try await world.get("/v1/invoices", "subscription=\(subscription.id)")

            let prefix = (subscription.at("customer").string ?? "").suffix(8).uppercased()
            let numbers: [JSON] = ["0003", "0002", "0001"].map { .string("\(prefix)-\($0)") }
            #expect(invoices.at("data.*.number") == .array(numbers))
        }
    }

    @Test func `an invoice is paid once`() async throws {
        try await withInvoice { world, invoice async throws in
            #expect(
                try await world.refusal(.post, "/v1/invoices/\(invoice.id)/pay")
                    == "400 invalid_request_error invoice_already_paid -")
            #expect(
                try await world.refusal(.post, "/v1/invoices/\(invoice.id)/void")
                    == "400 invalid_request_error invoice_not_editable -")
            #expect(
                try await world.refusal(.post, "/v1/invoices/\(invoice.id)/finalize")
                    == "400 invalid_request_error invoice_not_editable -")
            #expect(try await world.get("/v1/charges").at("data").array?.count == 1)
        }
    }

    @Test func `a declined payment by request is undone, whatever card is tried`() async throws {
        try await withInvoice(card: "pm_card_chargeCustomerFail") { world, invoice in
            let path = "/v1/invoices/\(invoice.id)"

            let own = try await world.refusal(.post, path + "/pay")
            let other = try await world.refusal(.post, path + "/pay", "payment_method=pm_card_visa_chargeDeclined")

            #expect(own == "402 card_error card_declined -" && other == own)
            #expect(try await world.get(path) == invoice)
        }
    }

    @Test func `an invoice whose payment is pending is neither paid again nor voided`() async throws {
        try await withInvoice(card: "pm_sepaDebit") { world, invoice async throws in
            let path = "/v1/invoices/\(invoice.id)"

            #expect(
                try await world.refusal(.post, path + "/pay", "payment_method=pm_card_visa")
                    == "400 invalid_request_error payment_intent_unexpected_state -")
            #expect(
                try await world.refusal(.post, path + "/void")
                    == "400 invalid_request_error invoice_not_editable -")
            #expect(try await world.get("/v1/charges").at("data.*.status") == ["pending"])
        }
    }

    @Test func `a draft can be paid before its hour is over`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000))
            try await world.move(to: "2027-02-01T00:10:00Z")
            let draft = try await world.latestInvoice(of: subscription)
            #expect(try await world.refusal(.post, "/v1/invoices/\(draft.id)/void").hasPrefix("400"))

            let open = try await world.post("/v1/invoices/\(draft.id)/finalize")
            let paid = try await world.post("/v1/invoices/\(draft.id)/pay")
            try await world.move(to: "2027-02-02T00:00:00Z")

            #expect(open.at("status") == "open" && open.at("amount_remaining") == 1000)
            #expect(paid.at("status") == "paid" && paid.at("attempt_count") == 1)
            #expect(try await world.get("/v1/charges").at("data").array?.count == 2)
        }
    }

    @Test func `a voided invoice returns what it took from the customer's balance`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(6200))
            let customer = try #require(subscription.at("customer").string)
            try await world.move(to: "2027-01-16T12:00:00Z")
            _ = try await world.change(subscription, to: world.price(3100), "&proration_behavior=always_invoice")
            try await world.setCard("pm_card_chargeCustomerFail", of: customer)
            try await world.move(to: "2027-02-01T02:00:00Z")
            let open = try await world.latestInvoice(of: subscription)
            #expect(open.at("starting_balance") == -1550 && open.at("amount_due") == 1550)

            _ = try await world.post("/v1/invoices/\(open.id)/void")

            #expect(try await world.get("/v1/customers/\(customer)").at("balance") == -1550)
        }
    }

    @Test func `payments are found by invoice, by intent and by status`() async throws {
        try await withInvoice { world, invoice in
            _ = try await world.subscription(to: world.price(1000), card: "pm_card_chargeCustomerFail")
            let payment = try await world.get("/v1/invoice_payments", "invoice=\(invoice.id)").at("data.0")
            let intent = payment.at("payment.payment_intent").string ?? ""

            let byIntent = try await world.get(
                "/v1/invoice_payments", "payment[type]=payment_intent&payment[payment_intent]=\(intent)")

            #expect(byIntent.at("data") == .array([payment]))
            #expect(try await world.get("/v1/invoice_payments", "status=open").at("data.*.amount_paid") == [nil])
            #expect(
                try await world.refusal(.get, "/v1/invoice_payments", "payment[type]=payment_intent")
                    == "400 invalid_request_error parameter_missing payment[payment_intent]")
            #expect(try await world.get("/v1/invoice_payments/\(payment.id)") == payment)
        }
    }
}
