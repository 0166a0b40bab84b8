@testable import Core
import Testing

/// What the lines of a paid invoice bring, to which plan, and until when.
struct InvoiceGrantTests {
    struct Case: Rule {
        let about: String
        let lines: [StripeInvoice.Line]
        var now = Given.start
        let plan: String
        let hundredths: Int64
        var expiresAt = Given.end
    }

    private static let rolling: Plan = {
        var plan = Given.plan("rolling", .whole(10), 100)
        plan.rollover = 2
        return plan
    }()

    private static let plans = [
        "basic": Given.basic, "pro": Given.pro, "rolling": rolling, "none": Given.plan("none", .zero, 100),
        "cent": Given.plan("cent", Credits(hundredths: 1), 1),
        "huge": Given.plan("huge", .whole(10_000_000), 100),
    ]

    private static func line(
        _ price: String, _ amount: Int64 = 1900, times quantity: Int64 = 1, isProration: Bool = false,
        isCredit: Bool? = nil, from start: Instant = Given.start, to end: Instant = Given.end
    ) -> StripeInvoice.Line {
        StripeInvoice.Line(
            price: price, quantity: quantity, amount: amount, isProration: isProration,
            isCredit: isCredit ?? (amount < 0), start: start, end: end)
    }

    private static func part(
        _ price: String, _ amount: Int64, times quantity: Int64 = 1, from start: Instant = Given.third,
        to end: Instant = Given.end
    ) -> StripeInvoice.Line {
        line(price, amount, times: quantity, isProration: true, from: start, to: end)
    }

    private static let day = Duration.seconds(86_400)

    static let cases: [Case] = [
        Case(about: "a month", lines: [line("basic")], plan: "basic", hundredths: 50_000),
        Case(about: "a month that a discount pays", lines: [line("basic", 0)], plan: "basic", hundredths: 50_000),
        Case(about: "a plan without credits", lines: [line("none")], plan: "none", hundredths: 0),
        Case(about: "none of a plan is one of it", lines: [line("basic", times: 0)], plan: "basic", hundredths: 50_000),
        Case(
            about: "fewer than none is one of it", lines: [line("basic", times: -3)], plan: "basic",
            hundredths: 50_000),
        Case(
            about: "as many as can be read, of the biggest plan there may be", lines: [line("huge", times: 1_000_000)],
            plan: "huge", hundredths: 1_000_000_000_000_000),
        Case(
            about: "two plans of one period, of which the one that costs more goes on",
            lines: [line("pro", 5900), line("basic")], plan: "pro", hundredths: 250_000),
        Case(
            about: "two plans of one period, in the other order", lines: [line("basic"), line("pro", 5900)],
            plan: "pro", hundredths: 250_000),
        Case(
            about: "two periods, of which the later one goes on although it costs less",
            lines: [line("pro", 5900), line("basic", from: Given.end, to: Given.next)], plan: "basic",
            hundredths: 250_000, expiresAt: Given.next),
        Case(
            about: "a smaller plan, which goes on, and brings no less than nothing",
            lines: [part("pro", -3933), part("basic", 1267)], plan: "basic", hundredths: 0),
        Case(
            about: "what is given back does not lessen what a new period brings",
            lines: [part("pro", -3933), line("basic", from: Given.end, to: Given.next)], plan: "basic",
            hundredths: 50_000, expiresAt: Given.next),
        Case(
            about: "a second one of the plan for what is left of the month",
            lines: [part("basic", -1267), part("basic", 2533, times: 2)], plan: "basic", hundredths: 33_334),
        Case(
            about: "several changes within a month, of which the last goes on", lines: [
                part("basic", -1267), part("pro", 3933), part("pro", -100, from: Given.end - day),
                part("huge", 200, from: Given.end - day),
            ], plan: "huge", hundredths: 32_351_613),
        Case(
            about: "a part that is longer than a month counts for one",
            lines: [part("pro", 5900, from: Given.start - .seconds(90 * 86_400))], plan: "pro", hundredths: 200_000),
        Case(
            about: "a part without length brings nothing", lines: [part("pro", 1, from: Given.end)], plan: "pro",
            hundredths: 0),
        Case(
            about: "a part that ends before it begins brings nothing", lines: [part("pro", 1, from: Given.next)],
            plan: "pro", hundredths: 0),
        Case(
            about: "half of the smallest amount is rounded up",
            lines: [part("cent", 1, from: Given.end - .seconds(31 * 43_200))], plan: "cent", hundredths: 1),
        Case(
            about: "less than half of it is nothing", lines: [part("cent", 1, from: Given.end - day)], plan: "cent",
            hundredths: 0),
        Case(
            about: "credits that live for two more months, each as long as their own", lines: [line("rolling")],
            plan: "rolling", hundredths: 1000, expiresAt: Given.end + .seconds(2 * 31 * 86_400)),
        Case(
            about: "the same after a February",
            lines: [line("rolling", from: Instant(seconds: 1_769_904_000), to: Instant(seconds: 1_772_323_200))],
            now: Instant(seconds: 1_769_904_000), plan: "rolling", hundredths: 1000,
            expiresAt: Instant(seconds: 1_772_323_200 + 2 * 28 * 86_400)),
        Case(
            about: "one that comes in its last week and lives for seven days", lines: [line("basic")],
            now: Given.end - day, plan: "basic", hundredths: 50_000, expiresAt: Given.end + .seconds(6 * 86_400)),
        Case(
            about: "one that comes seven days before its end", lines: [line("basic")],
            now: Given.end - .seconds(7 * 86_400), plan: "basic", hundredths: 50_000),
    ]

    @Test(arguments: cases)
    func `lines bring the credits of their periods, and the difference within one`(_ rule: Case) {
        let grant = InvoiceGrant(rule.lines, Self.plans, now: rule.now)

        #expect(grant?.plan.name == rule.plan)
        #expect(grant?.credits == Credits(hundredths: rule.hundredths))
        #expect(grant?.expiresAt == rule.expiresAt)
    }

    @Test(arguments: cases)
    func `the order of the lines does not matter`(_ rule: Case) {
        #expect(InvoiceGrant(rule.lines.reversed(), Self.plans, now: rule.now)
            == InvoiceGrant(rule.lines, Self.plans, now: rule.now))
    }

    // MARK: - Whether it counts

    private func facts(_ changes: (inout JSON) -> Void) throws -> InvoiceFacts {
        var json: JSON = [
            "id": "in_1", "customer": "cus_1", "status": "paid", "currency": "eur", "amount_paid": 1900,
            "payment_intent": "pi_1", "lines": ["data": [
                ["subscription": "sub_1", "price": "basic", "amount": 1900, "period": [
                    "start": .integer(Given.start.seconds), "end": .integer(Given.end.seconds)]],
            ]],
        ]
        changes(&json)
        return InvoiceFacts(
            invoice: try #require(StripeInvoice(json)), account: Given.account, environment: Given.elsewhere,
            plans: Self.plans, event: nil, now: Given.start)
    }

    @Test(arguments: ["draft", "open", "void", "uncollectible", ""])
    func `an invoice that is not paid brings nothing`(status: String) throws {
        let facts = try facts { $0 = $0.setting("status", to: .string(status)) }
        #expect(facts.purchase == nil && facts.decide() == [])
    }

    @Test func `a purchase says what was paid, in which currency and environment, and by what`() throws {
        let purchase = try facts { _ in }.purchase

        #expect(purchase?.paid == Money(1900, "eur") && purchase?.environment == Given.elsewhere)
        #expect(purchase?.paymentIntent == "pi_1" && purchase?.key == "invoice:in_1" && purchase?.source == .invoice)
        #expect(try facts { $0 = $0.setting("payment_intent", to: nil) }.purchase?.paymentIntent == nil)
        #expect(try facts { $0 = $0.setting("amount_paid", to: 0) }.purchase?.credits == .whole(500))
    }

    @Test(arguments: ["none", "unknown"])
    func `a plan without credits, and a price of no plan, are no purchase`(price: String) throws {
        #expect(try facts { $0 = $0.setting("lines.data.0.price", to: .string(price)) }.purchase == nil)
    }

    @Test func `what is booked is not booked again, and without an event nothing else is done`() throws {
        var facts = try facts { _ in }
        let purchase = try #require(facts.purchase)
        #expect(facts.decide() == [.book(purchase)])

        facts.isBooked = true
        #expect(facts.decide() == [])
    }
}
