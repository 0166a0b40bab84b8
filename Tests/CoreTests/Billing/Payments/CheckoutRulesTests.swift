@testable import Core
import Testing

/// A Checkout Session and the row that it names, and what follows from them.
struct CheckoutRulesTests {
    struct Case: Rule {
        let about: String
        let session: StripeSession
        var row: Checkout? = Given.checkout()
        var hasFailed = false
        var isBooked = false
        let effects: [PaymentEffect]
    }

    private static func session(
        _ status: String, _ payment: String = "unpaid", subtotal: Int = 500, total: Int = 500
    ) throws -> StripeSession {
        try #require(StripeSession([
            "id": "cs_1", "status": .string(status), "payment_status": .string(payment), "url": "https://stripe.test/1",
            "payment_intent": "pi_1", "currency": "usd", "amount_subtotal": .integer(Int64(subtotal)),
            "amount_total": .integer(Int64(total)),
        ]))
    }

    private static func book(paid: Int64 = 500) -> PaymentEffect {
        .book(NewPurchase(
            account: Given.account, source: .checkout, key: "checkout:cs_1", item: .pack("small"),
            credits: .whole(100),
            paid: Money(paid, "usd"), environment: Given.here, paymentIntent: "pi_1", expiresAt: nil))
    }

    private static let ended = PaymentEffect.end(Given.event, .applied)

    static func cases() throws -> [Case] {
        let (open, paid, late) = try (session("open"), session("complete", "paid"), session("complete"))
        let free = try session("complete", "no_payment_required", total: 0)
        let cheap = try session("complete", "paid", subtotal: 1, total: 1)
        let row = Given.checkout()
        func moved(_ state: Checkout.State) -> Checkout { Given.checkout(state: state) }
        let plan = Given.checkout(.plan("pro"))
        let unknown = Given.checkout(session: nil)
        return [
            Case(about: "a page that is open", session: open, effects: [ended]),
            Case(about: "a pack that is paid", session: paid, effects: [book(), .move(row, to: .paid), ended]),
            Case(
                about: "a pack that a discount pays", session: free,
                effects: [book(paid: 0), .move(row, to: .paid), ended]),
            Case(about: "a pack that is booked", session: paid, row: moved(.paid), isBooked: true, effects: [ended]),
            Case(about: "money that takes days", session: late, effects: [.move(row, to: .unpaid), ended]),
            Case(about: "money that still takes days", session: late, row: moved(.unpaid), effects: [ended]),
            Case(
                about: "money that took days", session: paid, row: moved(.unpaid),
                effects: [book(), .move(moved(.unpaid), to: .paid), ended]),
            Case(
                about: "money that never came", session: late, row: moved(.unpaid), hasFailed: true,
                effects: [.move(moved(.unpaid), to: .failed), ended]),
            Case(
                about: "a refusal before the money came after all", session: paid, row: moved(.failed), hasFailed: true,
                effects: [book(), .move(moved(.failed), to: .paid), ended]),
            Case(
                about: "a page that nobody paid", session: try session("expired"),
                effects: [.move(row, to: .expired), ended]),
            Case(
                about: "a row that does not know its session", session: paid, row: unknown, effects: [
                    book(), .move(unknown, to: .paid),
                    .setSession("cs_1", url: "https://stripe.test/1", of: unknown.id), ended,
                ]),
            Case(
                about: "a plan, whose credits come with its invoice", session: paid, row: plan,
                effects: [.move(plan, to: .paid), ended]),
            Case(about: "no row", session: paid, row: nil, effects: []),
            Case(
                about: "the row of another session", session: paid, row: Given.checkout(session: "cs_2"), effects: []),
            Case(
                about: "a row of another environment", session: paid, row: Given.checkout(in: Given.elsewhere),
                effects: []),
            Case(about: "another price than the row's", session: cheap, effects: []),
            Case(
                about: "another price on a page that is open", session: try session("open", subtotal: 1),
                effects: [ended]),
        ]
    }

    @Test(arguments: try cases())
    func `a session moves its checkout and books what is paid`(_ rule: Case) {
        let facts = CheckoutFacts(
            session: rule.session, environment: Given.here, hasFailed: rule.hasFailed, event: Given.event,
            checkout: rule.row, isBooked: rule.isBooked)

        #expect(facts.decide() == rule.effects)
    }

    @Test func `only what was paid otherwise than it was sold is logged for the operator`() throws {
        func sale(_ session: StripeSession, _ row: Checkout?) -> CheckoutFacts.Sale {
            CheckoutFacts(session: session, environment: Given.here, hasFailed: false, event: nil, checkout: row).sale
        }
        let row = Given.checkout()

        #expect(try sale(Self.session("complete", "paid", subtotal: 1), row) == .paidOtherwise(row))
        #expect(try sale(Self.session("complete", "paid", subtotal: 1), nil) == .notOurs)
        #expect(try sale(Self.session("complete", "paid", subtotal: 500, total: 1), row) == .ours(row))
    }
}
