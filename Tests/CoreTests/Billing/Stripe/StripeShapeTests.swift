@testable import Core
import Foundation
import Testing

/// Stripe's objects as versions before and after March 2025 write them, expanded or not.
struct StripeShapeTests {
    static let plan = Plan(
        name: "basic", title: "Basic", monthlyCredits: .whole(500), price: Money(1900, "usd"), concurrentJobs: 1,
        jobsPerHour: nil,
        weight: 1, headStart: .zero, rollover: 0, position: 0)

    @Test(arguments: [
        """
        {"id": "in_1", "object": "invoice", "status": "paid", "customer": {"id": "cus_1"}, "currency": "usd",
         "amount_paid": 1900,
         "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}},
         "payments": {"data": [{"status": "canceled", "payment": {"payment_intent": "pi_0"}},
            {"is_default": true, "status": "paid",
             "payment": {"type": "payment_intent", "payment_intent": {"id": "pi_1"}}}]},
         "lines": {"data": [
            {"amount": 1900, "quantity": 1, "period": {"start": 1, "end": 2},
             "pricing": {"type": "price_details", "price_details": {"price": "price_1"}},
             "parent": {"type": "subscription_item_details",
                "subscription_item_details": {"subscription": "sub_1", "proration": false}}},
            {"amount": 5, "period": {"start": 1, "end": 2}, "pricing": {"price_details": {"price": "price_2"}},
             "parent": {"type": "invoice_item_details"}}]}}
        """,
        """
        {"id": "in_1", "object": "invoice", "paid": true, "status": "paid", "customer": "cus_1", "currency": "usd",
         "amount_paid": 1900, "subscription": "sub_1", "payment_intent": "pi_1",
         "lines": {"data": [
            {"amount": 1900, "quantity": 1, "period": {"start": 1, "end": 2}, "price": {"id": "price_1"},
             "plan": {"id": "plan_1"}, "proration": false, "subscription": "sub_1", "type": "subscription"},
            {"amount": 5, "period": {"start": 1, "end": 2}, "price": {"id": "price_2"}, "proration": false,
             "type": "invoiceitem"}]}}
        """,
    ])
    func `an invoice of either shape says the same`(text: String) throws {
        let invoice = try #require(StripeInvoice(JSON(parsing: text)))

        #expect(invoice.customer == "cus_1" && invoice.subscription == "sub_1" && invoice.isPaid
            && invoice.paymentIntent == "pi_1")
        #expect(invoice.paid == Money(1900, "usd"))
        #expect(invoice.lines == [.init(
            price: "price_1", quantity: 1, amount: 1900, isProration: false, isCredit: false,
            start: Instant(seconds: 1), end: Instant(seconds: 2))])
    }

    @Test(arguments: [
        """
        {"id": "sub_1", "status": "active", "customer": "cus_1", "cancel_at_period_end": true,
         "latest_invoice": {"id": "in_1"}, "items": {"data": [
            {"id": "si_1", "price": {"id": "price_1"}, "current_period_start": 1, "current_period_end": 2}]}}
        """,
        """
        {"id": "sub_1", "status": "active", "customer": {"id": "cus_1"}, "cancel_at": 2, "current_period_start": 1,
         "current_period_end": 2,
         "latest_invoice": "in_1", "items": {"data": [{"id": "si_1", "plan": {"id": "price_1"}}]}}
        """,
    ])
    func `a subscription of either shape says the same, but for how its end is said`(text: String) throws {
        let subscription = try #require(StripeSubscription(JSON(parsing: text)))

        #expect(subscription == StripeSubscription(
            id: "sub_1", customer: "cus_1", status: "active", itemID: "si_1", price: "price_1",
            periodStart: Instant(seconds: 1),
            periodEnd: Instant(seconds: 2), cancelAt: Instant(seconds: 2), endsByFlag: text.contains("at_period_end"),
            isUpdatePending: false, latestInvoice: "in_1"))
    }

    private func line(
        _ price: String, _ amount: Int64, _ proration: Bool, _ start: Int64, _ end: Int64, isCredit: Bool? = nil
    ) -> StripeInvoice.Line {
        .init(
            price: price, quantity: 1, amount: amount, isProration: proration, isCredit: isCredit ?? (amount < 0),
            start: Instant(seconds: start), end: Instant(seconds: end))
    }

    @Test func `an invoice brings what its lines are for, rounded once`() throws {
        let (start, end) = (Int64(1_782_864_000), Int64(1_785_542_400))   // 1 July to 1 August 2026
        var pro = Self.plan
        pro.monthlyCredits = .whole(2000)
        let plans = ["basic": Self.plan, "pro": pro]
        let now = Instant(seconds: start)
        func grant(_ lines: [StripeInvoice.Line], at instant: Instant? = nil) throws -> NewPurchase? {
            try Given.invoice(lines, plans, now: instant ?? now).booked
        }

        #expect(try grant([line("basic", 1900, false, start, end)])?.credits == .whole(500))
        #expect(try grant([line("basic", 1900, false, start, end)])?.expiresAt == Instant(seconds: end))
        let third = start + (end - start) / 3
        let change = [line("basic", -1267, true, third, end), line("pro", 3933, true, third, end)]
        #expect(try grant(change)?.credits == .whole(1000))
        // Back to the cheaper one: nothing is taken.
        #expect(try grant([line("pro", -3933, true, third, end), line("basic", 1267, true, third, end)]) == nil)
        // With a discount of everything what is given back still counts against it.
        #expect(try grant([line(
            "basic", 0, true, third, end, isCredit: true), line("pro", 0, true, third, end)])?.credits == .whole(1000))
        #expect(
            try grant([line("pro", 0, true, third, end), line("basic", 0, true, third, end, isCredit: true)])?.item
                == .plan(pro.name))
        #expect(try grant([line("unknown", 1, false, start, end)]) == nil)
        #expect(try grant([]) == nil)
        // Late, it lives for seven days.
        let late = try grant([line("basic", 1900, false, start, end)], at: Instant(seconds: end + 5))
        #expect(late?.expiresAt == Instant(seconds: end + 5 + 7 * 86_400))
    }

    @Test(arguments: [
        (100, 1, 3, 33), (100, 2, 3, 67), (1, 1, 2, 1), (-1, 1, 2, -1), (3, 1, 2, 2), (Int64.max, 1, 1, Int64.max),
        (0, 5, 9, 0),
    ])
    func `a share is rounded half away from zero`(credits: Int64, part: Int64, whole: Int64, expected: Int64) {
        #expect(Credits(hundredths: credits).share(part, of: whole) == Credits(hundredths: expected))
    }
}
