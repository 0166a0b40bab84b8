@testable import Core
import Testing

/// Values that the tables of rules are made of. No database is behind them.
enum Given {
    static let account = ID<Account>.make(at: start)
    static let here = StripeEnvironment("api.stripe.com", isLive: true)
    static let elsewhere = StripeEnvironment("api.stripe.com", isLive: false)
    static let event = ID<StripeEvent>(rawValue: "evt_1")
    /// 1 July 2026. The month until then has thirty days, the two from then on thirty-one each.
    static let start = Instant(seconds: 1_782_864_000)
    static let third = start + .seconds(month / 3)
    static let end = start + .seconds(month)
    static let next = end + .seconds(month)
    static let month: Int64 = 31 * 86_400

    static let basic = plan("basic", .whole(500), 1900)
    static let pro = plan("pro", .whole(2000), 5900)

    static func plan(_ name: String, _ credits: Credits, _ price: Int64) -> Plan {
        Plan(
            name: name, title: name, monthlyCredits: credits, price: Money(price, "usd"), concurrentJobs: 1,
            jobsPerHour: nil,
            weight: 1, headStart: .zero, rollover: 0, position: 0)
    }

    static func checkout(
        _ item: Item = .pack("small"), in environment: StripeEnvironment = here, state: Checkout.State = .open,
        session: String? = "cs_1"
    ) -> Checkout {
        Checkout(
            id: checkoutID, account: account, createdBy: userID, environment: environment, item: item,
            credits: .whole(100),
            price: Money(500, "usd"), state: state, sessionID: session, url: nil, bodyHash: nil, createdAt: start)
    }

    private static let checkoutID = ID<Checkout>.make(at: start)
    private static let userID = ID<User>.make(at: start)

    static func purchase(
        clawedBack: Credits = .zero, refunded: Int64 = 0, disputed: Int64 = 0, credits: Int64 = 100, paid: Int64 = 500,
        paidBy payment: String? = "pi_1", revision: Int = 1
    ) -> Purchase {
        Purchase(
            id: purchaseID, account: account, source: .checkout, key: "checkout:cs_1", item: .pack("small"),
            credits: .whole(credits), lot: lotID, paid: Money(paid, "usd"), environment: here, paymentIntent: payment,
            refunded: refunded, disputed: disputed, clawedBack: clawedBack, revision: revision, createdAt: start)
    }

    static let purchaseID = ID<Purchase>.make(at: start)
    static let lotID = ID<Lot>.make(at: start)

    static func subscription(
        _ plan: String, _ status: String = "active", id: String = "sub_1", next: String? = nil,
        in environment: StripeEnvironment = here, from periodStart: Instant = start, cancelAt: Instant? = nil,
        grace: Instant? = nil, revision: Int = 7
    ) -> Subscription {
        Subscription(
            id: id, account: account, environment: environment, itemID: "si_1", plan: plan, nextPlan: next,
            status: status, periodStart: periodStart, periodEnd: periodStart + .seconds(month), cancelAt: cancelAt,
            graceUntil: grace, revision: revision)
    }

    /// As Stripe has it.
    static func stripe(
        _ id: String = "sub_1", _ status: String = "active", from periodStart: Instant = start, cancelAt: Instant? = nil
    ) -> StripeSubscription {
        StripeSubscription(
            id: id, customer: "cus_1", status: status, itemID: "si_1", price: "price_1", periodStart: periodStart,
            periodEnd: periodStart + .seconds(month), cancelAt: cancelAt, endsByFlag: cancelAt != nil,
            isUpdatePending: false,
            latestInvoice: nil)
    }
}

extension Given {
    /// Midnight of a day, such as `2027-02-28`.
    static func day(_ text: String) throws -> Instant { try #require(Instant(text: text + "T00:00:00Z")) }

    /// A paid invoice of these lines.
    static func invoice(
        _ lines: [StripeInvoice.Line], _ plans: [String: Plan] = ["basic": basic, "pro": pro], id: String = "in_1",
        now: Instant = start, after known: [PlanMonth] = []
    ) throws -> InvoiceFacts {
        var invoice = try #require(StripeInvoice([
            "id": .string(id), "status": "paid", "amount_paid": 1900, "currency": "usd",
        ]))
        invoice.lines = lines
        return InvoiceFacts(
            invoice: invoice, account: account, environment: here, plans: plans, event: nil, now: now, known: known)
    }
}

extension InvoiceFacts {
    /// What is booked of it now.
    var booked: NewPurchase? {
        for case .book(let purchase) in decide() { return purchase }
        return nil
    }

    /// What it is for.
    var putMonths: [PlanMonth] {
        for case .putMonths(let months, _) in decide() { return months }
        return []
    }

    func at(_ now: Instant) -> InvoiceFacts {
        InvoiceFacts(
            invoice: invoice, account: account, environment: environment, plans: plans, trial: trial,
            trialCredits: trialCredits, event: event, now: now, known: known)
    }
}

/// A line of a table of rules, by what it is about.
protocol Rule: Sendable, CustomTestStringConvertible {
    var about: String { get }
}

extension Rule {
    var testDescription: String { about }
}
