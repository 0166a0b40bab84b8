import Core
import Testing
@testable import StripeEmulator

struct RenewalTests {
    @Test(
        arguments: [
            ("2027-01-31T10:00:00Z", "month", "2027-06-15T00:00:00Z", [
                "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30",
            ]),
            // A leap year.
            ("2028-01-30T10:00:00Z", "month", "2028-04-01T00:00:00Z", ["2028-02-29", "2028-03-30", "2028-04-30"]),
            ("2027-12-30T10:00:00Z", "week", "2028-01-07T00:00:00Z", ["2028-01-06", "2028-01-13"]),
            ("2028-02-29T10:00:00Z", "year", "2030-03-01T00:00:00Z", ["2029-02-28", "2030-02-28", "2031-02-28"]),
        ])
    func `each period begins where the one before ends, and is paid`(
        start: String, interval: String, end: String, ends: [String]
    ) async throws {
        try await StripeWorld.with(at: start) { world in
            let subscription = try await world.subscription(to: world.price(1000, interval))

            try await world.move(to: end)

            let invoices = try await world.get("/v1/invoices", "subscription=\(subscription.id)")
            let lines = try #require(invoices.at("data.*.lines.data.0").array).reversed()
            #expect(lines.map { $0.day("period.end") } == ends)
            #expect(lines.dropFirst().map { $0.day("period.start") } == Array(ends.dropLast()))
            #expect(invoices.at("data.*.amount_paid").array?.allSatisfy { $0 == 1000 } == true)
            let reasons = invoices.at("data.*.billing_reason").array?.dropLast()
            #expect(reasons?.allSatisfy { $0 == "subscription_cycle" } == true)
        }
    }

    @Test func `the invoice of a renewal is a draft for an hour`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000))

            try await world.move(to: "2027-02-01T00:59:59Z")
            let draft = try await world.latestInvoice(of: subscription)
            try await world.move(to: "2027-02-01T01:00:00Z")
            let paid = try await world.latestInvoice(of: subscription)

            #expect(draft.at("status") == "draft" && draft.at("number") == .null)
            #expect(draft.at("automatically_finalizes_at") == paid.at("status_transitions.finalized_at"))
            #expect(draft.at("hosted_invoice_url") == .null)
            #expect(paid.id == draft.id && paid.at("status") == "paid")
            // The invoice's own period is the one that is over.
            #expect(paid.day("period_start") == "2027-01-01" && paid.day("lines.data.0.period.start") == "2027-02-01")
        }
    }

    @Test(
        arguments: [
            ("2027-02-01T00:30:00Z", "active", "draft", 0, nil), ("2027-02-01T01:00:00Z", "past_due", "open", 1, nil),
            ("2027-02-04T00:59:59Z", "past_due", "open", 1, nil), ("2027-02-04T01:00:00Z", "past_due", "open", 2, nil),
            ("2027-02-09T01:00:00Z", "past_due", "open", 3, nil), ("2027-02-16T00:59:59Z", "past_due", "open", 3, nil),
            ("2027-02-16T01:00:00Z", "canceled", "open", 4, "payment_failed"),
            ("2027-04-01T00:00:00Z", "canceled", "open", 4, "payment_failed"),
        ] as [(String, JSON, JSON, JSON, JSON)])
    func `a declined renewal is tried again after 3, 5 and 7 days, and then the subscription ends`(
        moment: String, status: JSON, invoiceStatus: JSON, attempts: JSON, reason: JSON
    ) async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000))
            try await world.setCard("pm_card_chargeCustomerFail", of: subscription.at("customer").string ?? "")

            try await world.move(to: moment)

            let now = try await world.get("/v1/subscriptions/\(subscription.id)")
            let invoice = try await world.latestInvoice(of: subscription)
            #expect(now.at("status") == status && invoice.at("status") == invoiceStatus)
            #expect(invoice.at("attempt_count") == attempts)
            #expect((invoice.at("next_payment_attempt") == .null) == (status == "canceled"))
            #expect(now.at("cancellation_details.reason") == reason)
        }
    }

    @Test func `the next try with a card that works saves the subscription`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000))
            let customer = try #require(subscription.at("customer").string)
            try await world.setCard("pm_card_chargeCustomerFail", of: customer)
            try await world.move(to: "2027-02-02T00:00:00Z")
            try await world.setCard("pm_card_visa", of: customer)

            try await world.move(to: "2027-02-05T00:00:00Z")

            #expect(try await world.get("/v1/subscriptions/\(subscription.id)").at("status") == "active")
            let invoice = try await world.latestInvoice(of: subscription)
            #expect(invoice.at("status") == "paid" && invoice.at("attempt_count") == 2)
            #expect(try await world.events("invoice.payment_failed").count == 1)
        }
    }

    @Test func `voiding the open invoice of a renewal makes the subscription active again`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000))
            try await world.setCard("pm_card_chargeCustomerFail", of: subscription.at("customer").string ?? "")
            try await world.move(to: "2027-02-02T00:00:00Z")

            let invoice = try await world.latestInvoice(of: subscription).id
            let void = try await world.post("/v1/invoices/\(invoice)/void")
            try await world.move(to: "2027-02-20T00:00:00Z")

            #expect(void.at("status") == "void" && void.at("amount_remaining") == 0)
            #expect(try await world.get("/v1/subscriptions/\(subscription.id)").at("status") == "active")
            #expect(try await world.get("/v1/payment_intents").at("data.0.status") == "canceled")
        }
    }

    @Test func `a move of the clock takes a bounded number of steps, and the next one goes on`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000, "week"))
            let end = try #require(Instant(text: "2027-01-16T00:00:00Z")).seconds
            func advance(steps: Int) async throws -> Bool {
                try await world.emulator.write { try $0.advance(clock: nil, until: end, from: 0, steps: steps) }
            }

            // Two renewals, and the end of the draft of each.
            let isDone = try await advance(steps: 3)
            let draft = try await world.latestInvoice(of: subscription)
            let isDoneThen = try await advance(steps: 1)

            #expect(!isDone && isDoneThen)
            #expect(draft.at("status") == "draft")
            #expect(try await world.latestInvoice(of: subscription).at("status") == "paid")
        }
    }
}
