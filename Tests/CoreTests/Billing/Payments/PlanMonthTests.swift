@testable import Core
import Testing

/// What is granted of an account's months, invoice after invoice: all of a case's invoices are paid one after the
/// other, and each is granted what it brings then.
struct PlanMonthTests {
    /// An invoice of one or two lines.
    struct Paid: Sendable {
        /// In days from the start of a month of 31.
        let day: Int
        let lines: [Line]

        struct Line: Sendable {
            let plan: String
            var seats: Int64 = 1
            var isCredit = false
            var isProration = true
            let from: Int
            let to: Int
        }

        /// A period that begins on a day.
        static func period(_ plan: String, _ day: Int, to end: Int, seats: Int64 = 1) -> Paid {
            Paid(day: day, lines: [Line(plan: plan, seats: seats, isProration: false, from: day, to: end)])
        }

        /// A change within a period, billed at once.
        static func change(
            _ day: Int, of seats: Int64 = 1, _ old: String, to new: String, seats more: Int64 = 1, until end: Int = 31
        ) -> Paid {
            Paid(day: day, lines: [
                Line(plan: old, seats: seats, isCredit: true, from: day, to: end),
                Line(plan: new, seats: more, from: day, to: end),
            ])
        }

        /// A new period now, in place of the rest of one.
        static func restart(_ day: Int, _ old: String, until end: Int, _ new: String, to next: Int) -> Paid {
            Paid(day: day, lines: [
                Line(plan: old, isCredit: true, from: day, to: end),
                Line(plan: new, isProration: false, from: day, to: next),
            ])
        }
    }

    struct Case: Rule {
        let about: String
        let invoices: [Paid]
        /// The hundredths of credits that each brings when it is paid.
        let brings: [Int64]
        /// What was granted in all beyond what was paid for.
        var excess: Int64 = 0
    }

    /// Basic brings 500 credits a month, pro 2,000.
    static let cases: [Case] = [
        Case(
            about: "two months", invoices: [.period("pro", 0, to: 31), .period("pro", 31, to: 62)],
            brings: [200_000, 200_000]),
        Case(
            about: "up at half time", invoices: [.period("basic", 0, to: 31), .change(0, "basic", to: "pro")],
            brings: [50_000, 150_000]),
        Case(
            about: "down: what was granted stays, and is more than what is paid for",
            invoices: [.period("pro", 0, to: 31), .change(0, "pro", to: "basic")], brings: [200_000, 0],
            excess: 150_000),
        Case(
            about: "five switches in a day", invoices: [
                .period("pro", 0, to: 31), .change(0, "pro", to: "basic"), .change(0, "basic", to: "pro"),
                .change(0, "pro", to: "basic"), .change(0, "basic", to: "pro"),
            ], brings: [200_000, 0, 0, 0, 0]),
        Case(
            about: "down at once and up again later, which is paid for less than was granted",
            invoices: [.period("pro", 0, to: 31), .change(0, "pro", to: "basic"), .change(15, "basic", to: "pro")],
            brings: [200_000, 0, 0], excess: 150_000 - 77_420),
        Case(
            about: "down, and up beyond what it was before", invoices: [
                .period("basic", 0, to: 31, seats: 4), .change(0, of: 4, "basic", to: "basic"),
                .change(0, "basic", to: "pro", seats: 2),
            ], brings: [200_000, 0, 200_000]),
        Case(
            about: "seats up, down and up again", invoices: [
                .period("pro", 0, to: 31), .change(15, "pro", to: "pro", seats: 3),
                .change(15, of: 3, "pro", to: "pro"), .change(15, "pro", to: "pro", seats: 3),
            ], brings: [200_000, 206_451, 0, 0]),
        Case(
            about: "a down that is heard of before what it takes from",
            invoices: [.change(0, "pro", to: "basic"), .period("pro", 0, to: 31), .change(0, "basic", to: "pro")],
            brings: [0, 50_000, 150_000]),
        Case(
            about: "an up that is heard of before what it adds to",
            invoices: [.change(0, "basic", to: "pro"), .period("basic", 0, to: 31)], brings: [150_000, 50_000]),
        Case(
            about: "what was granted too much in a month does not count against the next",
            invoices: [.period("pro", 0, to: 31), .change(0, "pro", to: "basic"), .period("basic", 31, to: 62)],
            brings: [200_000, 0, 50_000], excess: 150_000),
        Case(
            about: "a new period every day brings a day more each time", invoices: [
                .period("pro", 0, to: 31), .restart(1, "pro", until: 31, "pro", to: 32),
                .restart(2, "pro", until: 32, "pro", to: 33),
            ], brings: [200_000, 6_452, 6_452]),
        Case(
            about: "a year in place of a month, and a month in place of the year, in one day", invoices: [
                .period("pro", 0, to: 31), .restart(0, "pro", until: 31, "pro", to: 365),
                .restart(0, "pro", until: 365, "pro", to: 31),
            ], brings: [200_000, 0, 0]),
        Case(
            about: "two subscriptions for the same time",
            invoices: [.period("pro", 0, to: 31), .period("basic", 3, to: 34)], brings: [200_000, 50_000]),
    ]

    @Test(arguments: cases)
    func `what is given back and paid for again brings nothing`(_ rule: Case) throws {
        var known: [PlanMonth] = []
        var brought: [Int64] = []
        for (number, paid) in rule.invoices.enumerated() {
            let facts = try facts(of: paid, number, after: known)
            brought.append(facts.booked?.credits.hundredths ?? 0)
            known += facts.putMonths
        }

        #expect(brought == rule.brings)
        let last = Given.start + days(rule.invoices.last?.day ?? 0)
        let excess = known.excess(at: last).reduce(Credits.zero) { $0 + $1.granted - $1.paid }
        #expect(excess == Credits(hundredths: rule.excess))
    }

    @Test func `what was granted is told from what is to be granted, month by month of a year`() throws {
        let year = try facts(of: .period("pro", 0, to: 365), 0, after: []).putMonths
        #expect(year.map(\.granted.hundredths) == [200_000] + Array(repeating: 0, count: 11))

        let due = (0...12).map { year.due(at: Given.start + days($0 * 31)) }

        // After n times 31 days n months have begun, as none is longer.
        #expect(due.map(\.count) == Array(0...11) + [11])
        #expect(due.last?.allSatisfy { $0.credits == .whole(2000) } == true)
    }

    @Test func `a year that is left for a smaller plan brings that plan's months from then on`() throws {
        let year = try facts(of: .period("pro", 0, to: 365), 0, after: []).putMonths
        let down = try facts(of: .change(10, "pro", to: "basic", until: 365), 1, after: year)
        #expect(down.booked == nil)

        var months = year + down.putMonths
        let second = months.due(at: Given.start + days(31))
        #expect(second == [PlanMonth.Grant(place: 1, credits: .whole(500))])

        months[1].granted = .whole(500)
        let up = try facts(of: .change(40, "basic", to: "pro", until: 365), 2, after: months)
        // For 22 of the 31 days of August that are left.
        #expect(up.booked?.credits == Credits(hundredths: 106_451))
        months += up.putMonths
        #expect(months.due(at: Given.start + days(62)).map(\.credits) == [.whole(2000)])
    }

    @Test func `months that are withheld do not come, and are no more than was paid for`() throws {
        let year = try facts(of: .period("pro", 0, to: 365), 0, after: []).putMonths

        let months = year.withholding(.whole(18_000))

        #expect(months.due(at: Given.start + days(400)).map(\.place) == [1, 2])
        #expect(months.excess(at: Given.start + days(400)) == [])
    }

    private func facts(of paid: Paid, _ number: Int, after known: [PlanMonth]) throws -> InvoiceFacts {
        let lines = paid.lines.map { line in
            StripeInvoice.Line(
                price: line.plan, quantity: line.seats, amount: line.isCredit ? -1 : 1, isProration: line.isProration,
                isCredit: line.isCredit, start: Given.start + days(line.from), end: Given.start + days(line.to))
        }
        return try Given.invoice(lines, id: "in_\(number)", now: Given.start + days(paid.day), after: known)
    }

    private func days(_ count: Int) -> Duration { .seconds(Int64(count) * 86_400) }
}
