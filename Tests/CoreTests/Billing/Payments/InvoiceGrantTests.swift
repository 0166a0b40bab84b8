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
        Case(about: "none of a plan", lines: [line("basic", 0, times: 0)], plan: "basic", hundredths: 0),
        Case(about: "fewer than none", lines: [line("basic", 0, times: -3)], plan: "basic", hundredths: 0),
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
            about: "three months that are over, and what is left of the one before them",
            lines: [part("pro", 5900, from: Given.start - .seconds(90 * 86_400))], plan: "pro", hundredths: 793_333),
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
    func `lines bring the credits of their periods, and the difference within one`(_ rule: Case) throws {
        let purchase = try Given.invoice(rule.lines, Self.plans, now: rule.now).booked

        #expect(InvoiceGrant(rule.lines, Self.plans, now: rule.now)?.plan.name == rule.plan)
        #expect((purchase?.credits ?? .zero) == Credits(hundredths: rule.hundredths))
        #expect(purchase == nil || purchase?.expiresAt == rule.expiresAt && purchase?.item == .plan(rule.plan))
    }

    @Test(arguments: cases)
    func `the order of the lines does not matter`(_ rule: Case) {
        #expect(InvoiceGrant(rule.lines.reversed(), Self.plans, now: rule.now)
            == InvoiceGrant(rule.lines, Self.plans, now: rule.now))
    }

    // MARK: - What a line spans

    struct Span: Rule {
        let about: String
        let from: String
        let to: String
        var seats: Int64 = 1
        var isProration = false
        /// The end of each month, and the hundredths of credits that it brings; the months after the first one count
        /// from the end of the one before.
        let months: [(end: String, hundredths: Int64)]
    }

    /// Pro brings 2,000 credits a month.
    static let spans: [Span] = [
        Span(about: "a month", from: "2026-07-01", to: "2026-08-01", months: [("2026-08-01", 200_000)]),
        Span(about: "a February", from: "2027-02-01", to: "2027-03-01", months: [("2027-03-01", 200_000)]),
        Span(
            about: "a month from a 31st, which ends with a shorter one", from: "2027-01-31", to: "2027-02-28",
            months: [("2027-02-28", 200_000)]),
        Span(
            about: "the month after it, which has 31 days", from: "2027-02-28", to: "2027-03-31",
            months: [("2027-03-31", 200_000)]),
        Span(about: "thirty days", from: "2026-07-10", to: "2026-08-09", months: [("2026-08-09", 200_000)]),
        Span(about: "four weeks", from: "2026-07-01", to: "2026-07-29", months: [("2026-07-29", 186_667)]),
        Span(about: "a week", from: "2026-07-01", to: "2026-07-08", months: [("2026-07-08", 46_667)]),
        Span(
            about: "three months", from: "2026-11-30", to: "2027-02-28",
            months: [("2026-12-28", 200_000), ("2027-01-28", 200_000), ("2027-02-28", 200_000)]),
        Span(
            about: "two months from the end of a February", from: "2027-02-28", to: "2027-04-30",
            months: [("2027-03-30", 200_000), ("2027-04-30", 200_000)]),
        Span(
            about: "six weeks", from: "2026-07-01", to: "2026-08-12",
            months: [("2026-07-12", 73_333), ("2026-08-12", 200_000)]),
        Span(
            about: "a year of two seats", from: "2026-07-15", to: "2027-07-15", seats: 2,
            months: [
                "2026-08-15", "2026-09-15", "2026-10-15", "2026-11-15", "2026-12-15", "2027-01-15", "2027-02-15",
                "2027-03-15", "2027-04-15", "2027-05-15", "2027-06-15", "2027-07-15",
            ].map { ($0, 400_000) }),
        Span(
            about: "what is left of a month", from: "2026-07-25", to: "2026-08-01", isProration: true,
            months: [("2026-08-01", 45_161)]),
        Span(
            about: "what is left of a year", from: "2027-04-16", to: "2027-07-01", isProration: true,
            months: [("2027-05-01", 100_000), ("2027-06-01", 200_000), ("2027-07-01", 200_000)]),
    ]

    @Test(arguments: spans)
    func `a line brings a month's credits for each month that it spans`(_ rule: Span) throws {
        let (from, to) = (try Given.day(rule.from), try Given.day(rule.to))
        let line = Self.line("pro", times: rule.seats, isProration: rule.isProration, from: from, to: to)

        let months = InvoiceGrant([line], Self.plans, key: "invoice:in_1", now: from)?.months ?? []

        #expect(months.map { String($0.end.text.prefix(10)) } == rule.months.map(\.end))
        #expect(months.map(\.credits.hundredths) == rule.months.map(\.hundredths))
        #expect(months.map(\.countsAt) == [Instant?.none] + months.dropLast().map { Optional($0.end) })
        #expect(months.map(\.start) == [from] + months.dropLast().map(\.end))
        #expect(months.map(\.isOpen) == [false] + months.dropFirst().map { _ in true })
    }

    @Test func `a span without end is divided into as many months as Stripe's longest period has`() {
        let line = Self.line("pro", to: Instant(seconds: 1 << 37))

        #expect(InvoiceGrant([line], Self.plans, now: Given.start)?.months.count == Month.most)
    }

    @Test func `what a year gives back has the months of what it charged for`() throws {
        let (start, end) = (try Given.day("2028-02-29"), try Given.day("2029-02-28"))
        let year = Self.line("pro", from: start, to: end)
        let rest = Self.part("pro", -1, from: try Given.day("2028-10-01"), to: end)

        let months = try #require(InvoiceGrant([year, rest], Self.plans, now: start)).months

        // Those that were given back wholly are gone.
        #expect(months.map(\.credits.hundredths) == Array(repeating: 200_000, count: 7) + [20_000])
    }

    // MARK: - Trials

    private static let trial = StripeTrial(start: Given.start, end: Given.start + day * 7)

    private func trial(
        amount: Int64 = 0, days: Int = 7, _ changes: (inout InvoiceFacts) -> Void = { _ in }
    ) throws -> InvoiceFacts {
        var facts = try Given.invoice(
            [Self.line("pro", amount, to: Given.start + Self.day * days)], Self.plans, now: Given.start)
        facts.trial = Self.trial
        changes(&facts)
        return facts
    }

    @Test func `a trial brings its days' share of thirty, which ends with it`() throws {
        let purchase = try trial().booked

        #expect(purchase?.credits == Credits(hundredths: 46_667) && purchase?.expiresAt == Self.trial.end)
        #expect(try trial().putMonths.map(\.isTrial) == [true])
    }

    @Test func `a trial of six weeks is one lot`() throws {
        let facts = try trial(days: 42) { $0.trial = StripeTrial(start: Given.start, end: Given.start + Self.day * 42) }

        #expect(facts.booked?.credits == Credits(hundredths: 273_333))
        #expect(facts.booked?.expiresAt == Given.start + Self.day * 42 && facts.putMonths.count == 1)
    }

    @Test func `a trial brings nothing if the account has had one, if it is over, or if the operator says so`() throws {
        let before = try #require(try trial().putMonths.first)
        for facts in [
            try trial { $0.known = [before] }, try trial { $0.trialCredits = .none },
            try trial { $0 = $0.at(Self.trial.end) },
        ] {
            #expect(facts.booked == nil)
            // So that the next one is not the first.
            #expect(facts.putMonths.map(\.isTrial) == [true])
        }
    }

    @Test func `a month that a discount pays for is no trial, and neither is what follows one`() throws {
        #expect(try trial { $0.trial = nil }.putMonths.map(\.isTrial) == [false])
        #expect(try trial(amount: 1377).putMonths.map(\.isTrial) == [false])
        var next = try Given.invoice(
            [Self.line("pro", 0, from: Self.trial.end, to: Given.end)], Self.plans, now: Self.trial.end)
        next.trial = Self.trial
        #expect(next.putMonths.map(\.isTrial) == [false])
    }

    @Test func `what a trial brought does not lessen what is paid for`() throws {
        let before = try #require(try trial().putMonths.first)
        var month = try Given.invoice([Self.line("pro", 5900)], Self.plans, now: Given.start)
        month.known = [before]

        #expect(month.booked?.credits == .whole(2000))
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
        #expect(facts.decide() == [])
    }

    @Test func `a purchase says what was paid, in which currency and environment, and by what`() throws {
        let purchase = try facts { _ in }.booked

        #expect(purchase?.paid == Money(1900, "eur") && purchase?.environment == Given.elsewhere)
        #expect(purchase?.paymentIntent == "pi_1" && purchase?.key == "invoice:in_1" && purchase?.source == .invoice)
        #expect(try facts { $0 = $0.setting("payment_intent", to: nil) }.booked?.paymentIntent == nil)
        #expect(try facts { $0 = $0.setting("amount_paid", to: 0) }.booked?.credits == .whole(500))
    }

    @Test(arguments: ["none", "unknown"])
    func `a plan without credits, and a price of no plan, are no purchase`(price: String) throws {
        #expect(try facts { $0 = $0.setting("lines.data.0.price", to: .string(price)) }.decide() == [])
    }

    @Test func `what is booked is not booked again, and without an event nothing else is done`() throws {
        var facts = try facts { _ in }
        let purchase = try #require(facts.booked)
        #expect(facts.decide() == [.putMonths(facts.putMonths, of: purchase), .book(purchase)])
        #expect(facts.putMonths.map(\.granted) == [.whole(500)])

        facts.isBooked = true
        #expect(facts.decide() == [])
    }
}
