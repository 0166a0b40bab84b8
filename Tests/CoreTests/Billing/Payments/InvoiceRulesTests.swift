@testable import Core
import Testing

/// Invoices of both shapes, and what they bring.
struct InvoiceRulesTests {
    enum Shape: CaseIterable, Sendable {
        /// Of API versions before March 2025, and since.
        case before, since
    }

    struct Line: Sendable {
        let price: String
        let amount: Int64
        var isProration = false
        /// Stripe names the items that it gives back.
        var isCredited = false
        var quantity: Int64 = 1
        var from = Given.start
        var to = Given.end
    }

    struct Case: Rule {
        let about: String
        var status = "paid"
        let lines: [Line]
        var now = Given.start
        var isBooked = false
        /// Nil if nothing is booked.
        let brings: Brings?
    }

    struct Brings: Sendable {
        let plan: String
        let credits: Int64
        var expiresAt = Given.end
    }

    private static let month = Line(price: "basic", amount: 1900)
    private static func rest(_ price: String, _ amount: Int64, isCredited: Bool = false) -> Line {
        Line(price: price, amount: amount, isProration: true, isCredited: isCredited, from: Given.third)
    }

    static let cases: [Case] = [
        Case(about: "a month", lines: [month], brings: Brings(plan: "basic", credits: 500)),
        Case(
            about: "two of a plan", lines: [Line(price: "basic", amount: 3800, quantity: 2)],
            brings: Brings(plan: "basic", credits: 1000)),
        Case(about: "one that is not paid", status: "open", lines: [month], brings: nil),
        Case(about: "one that is booked", lines: [month], isBooked: true, brings: nil),
        Case(
            about: "one that comes late and lives for seven days", lines: [month], now: Given.end,
            brings: Brings(plan: "basic", credits: 500, expiresAt: Given.end + .seconds(7 * 86_400))),
        Case(
            about: "a bigger plan for what is left of the month", lines: [rest("basic", -1267), rest("pro", 3933)],
            brings: Brings(plan: "pro", credits: 1000)),
        Case(
            about: "the same with a discount of everything",
            lines: [rest("basic", 0, isCredited: true), rest("pro", 0)], brings: Brings(plan: "pro", credits: 1000)),
        Case(
            about: "a smaller plan for what is left of the month, which takes nothing",
            lines: [rest("pro", -3933), rest("basic", 1267)], brings: nil),
        Case(
            about: "there and back within a month, which brings nothing",
            lines: [rest("basic", -1267), rest("pro", 3933), rest("pro", -3933), rest("basic", 1267)], brings: nil),
        Case(
            about: "a renewal with a change that was not billed yet", lines: [
                rest("basic", -1267), rest("pro", 3933),
                Line(price: "pro", amount: 5900, from: Given.end, to: Given.next),
            ], brings: Brings(plan: "pro", credits: 3000, expiresAt: Given.next)),
        Case(
            about: "a renewal whose prorations give more back than they charge", lines: [
                rest("pro", -3933), rest("basic", 1267),
                Line(price: "basic", amount: 1900, from: Given.end, to: Given.next),
            ], brings: Brings(plan: "basic", credits: 500, expiresAt: Given.next)),
        Case(about: "a price of no plan", lines: [Line(price: "stranger", amount: 9900)], brings: nil),
        Case(
            about: "a price of no plan beside a plan", lines: [Line(price: "stranger", amount: 9900), month],
            brings: Brings(plan: "basic", credits: 500)),
        Case(about: "no lines", lines: [], brings: nil),
    ]

    @Test(arguments: cases, Shape.allCases)
    func `an invoice brings what its lines are for, once`(_ rule: Case, _ shape: Shape) throws {
        let invoice = try #require(StripeInvoice(json(rule, shape)))
        var facts = InvoiceFacts(
            invoice: invoice, account: Given.account, environment: Given.here,
            plans: ["basic": Given.basic, "pro": Given.pro], event: Given.event, now: rule.now)
        facts.isBooked = rule.isBooked

        let purchase = rule.brings.map { brings in
            NewPurchase(
                account: Given.account, source: .invoice, key: "invoice:in_1", item: .plan(brings.plan),
                credits: .whole(brings.credits), paid: Money(1900, "usd"), environment: Given.here,
                paymentIntent: "pi_1",
                expiresAt: brings.expiresAt)
        }
        #expect(facts.booked == purchase)
        #expect(facts.decide().last == .end(Given.event, .applied))
        // What brings nothing can still count against what comes.
        #expect(facts.putMonths.reduce(.zero) { $0 + $1.granted } == .whole(rule.brings?.credits ?? 0))
    }

    private func json(_ rule: Case, _ shape: Shape) -> JSON {
        var members: [String: JSON] = [
            "id": "in_1", "customer": "cus_1", "status": .string(rule.status), "currency": "usd", "amount_paid": 1900,
            "lines": ["data": .array(rule.lines.map { line($0, shape) })],
        ]
        switch shape {
        case .before:
            members["subscription"] = "sub_1"
            members["payment_intent"] = "pi_1"
        case .since:
            members["parent"] = ["subscription_details": ["subscription": "sub_1"]]
            members["payments"] = [
                "data": [["is_default": true, "status": "paid", "payment": ["payment_intent": "pi_1"]]]]
        }
        return .object(members)
    }

    private func line(_ line: Line, _ shape: Shape) -> JSON {
        var members: [String: JSON] = [
            "amount": .integer(line.amount), "quantity": .integer(line.quantity),
            "period": ["start": .integer(line.from.seconds), "end": .integer(line.to.seconds)],
        ]
        let details: JSON = line.isCredited ? ["credited_items": ["invoice": "in_0"]] : .null
        switch shape {
        case .before:
            members["subscription"] = "sub_1"
            members["price"] = ["id": .string(line.price)]
            members["proration"] = .bool(line.isProration)
            members["proration_details"] = details
        case .since:
            members["pricing"] = ["price_details": ["price": .string(line.price)]]
            members["parent"] = ["subscription_item_details": [
                "subscription": "sub_1", "proration": .bool(line.isProration), "proration_details": details,
            ]]
        }
        return .object(members)
    }
}
