@testable import Core
import Testing

/// Every session that can be read, for a checkout in every state; and the sessions that are not as they were sold.
struct CheckoutStateTests {
    struct Reading: Rule {
        let about: String
        let status: String
        var payment = "unpaid"
        var hasFailed = false
        /// From each state; it stays in any other.
        let moves: [Checkout.State: Checkout.State]
        var isPaid = false
    }

    private static let states: [Checkout.State] = [.open, .unpaid, .paid, .failed, .expired]
    private static let settled: [Checkout.State: Checkout.State] = [
        .open: .paid, .unpaid: .paid, .failed: .paid, .expired: .paid,
    ]

    static let readings: [Reading] = [
        Reading(about: "a page that is open", status: "open", moves: [:]),
        Reading(
            about: "a page that is open, of which an older failure is reported", status: "open", hasFailed: true,
            moves: [:]),
        Reading(about: "a page that is over", status: "expired", moves: [.open: .expired, .unpaid: .expired]),
        Reading(
            about: "a page that is over, of which an older failure is reported", status: "expired", hasFailed: true,
            moves: [.open: .expired, .unpaid: .expired]),
        Reading(about: "a payment that takes days", status: "complete", moves: [.open: .unpaid]),
        Reading(
            about: "a payment that was refused in the end", status: "complete", hasFailed: true,
            moves: [.open: .failed, .unpaid: .failed]),
        Reading(about: "a payment", status: "complete", payment: "paid", moves: settled, isPaid: true),
        Reading(
            about: "a payment after a refusal", status: "complete", payment: "paid", hasFailed: true, moves: settled,
            isPaid: true),
        Reading(
            about: "nothing to pay", status: "complete", payment: "no_payment_required", moves: settled, isPaid: true),
    ]

    @Test(arguments: readings, states)
    func `a session moves its checkout only forward, and books what is paid in whatever state it is`(
        _ reading: Reading, _ state: Checkout.State
    ) throws {
        let row = Given.checkout(state: state)
        let session = try Self.session(reading.status, reading.payment)
        var facts = facts(session, row, hasFailed: reading.hasFailed)
        let rest: [PaymentEffect] =
            (reading.moves[state].map { [PaymentEffect.move(row, to: $0)] } ?? []) + [.end(Given.event, .applied)]

        #expect(facts.decide() == (facts.purchase.map { [PaymentEffect.book($0)] } ?? []) + rest)
        #expect((facts.purchase != nil) == reading.isPaid)
        facts.isBooked = true
        #expect(facts.decide() == rest)
    }

    // MARK: - What it was paid for

    private static let sold: JSON = [
        "id": "cs_1", "status": "complete", "payment_status": "paid", "url": .null, "payment_intent": "pi_1",
        "currency": "usd", "amount_subtotal": 500, "amount_total": 500,
    ]

    private static func session(_ status: String, _ payment: String) throws -> StripeSession {
        try session(sold.setting("status", to: .string(status)).setting("payment_status", to: .string(payment)))
    }

    private static func session(_ json: JSON) throws -> StripeSession { try #require(StripeSession(json)) }

    private func facts(_ session: StripeSession, _ row: Checkout?, hasFailed: Bool = false) -> CheckoutFacts {
        CheckoutFacts(
            session: session, environment: Given.here, hasFailed: hasFailed, event: Given.event, checkout: row)
    }

    @Test(arguments: [
        ("currency", "eur"), ("currency", .null), ("amount_subtotal", 499), ("amount_subtotal", 501),
        ("amount_subtotal", 0), ("amount_subtotal", -500), ("amount_subtotal", .null), ("amount_subtotal", "500"),
        ("amount_subtotal", .integer(.max)),
    ] as [(String, JSON)])
    func `a payment of another amount or currency brings nothing`(member: String, value: JSON) throws {
        let row = Given.checkout()
        let facts = facts(try Self.session(Self.sold.setting(member, to: value)), row)

        #expect(facts.sale == .paidOtherwise(row) && facts.decide() == [])
    }

    @Test(arguments: ["open", "expired"])
    func `before it is complete its amount does not matter, since nothing was paid`(status: String) throws {
        let row = Given.checkout()
        let json = Self.sold.setting("amount_subtotal", to: 1).setting("status", to: .string(status))
        let facts = facts(try Self.session(json), row)

        #expect(facts.sale == .ours(row) && facts.purchase == nil)
    }

    @Test func `a row of another session or environment is not asked what it was sold for`() throws {
        let cheap = try Self.session(Self.sold.setting("amount_subtotal", to: 1))

        #expect(facts(cheap, Given.checkout(session: "cs_2")).sale == .notOurs)
        #expect(facts(cheap, Given.checkout(in: Given.elsewhere)).sale == .notOurs)
        #expect(facts(cheap, Given.checkout(in: Given.elsewhere, session: nil)).sale == .notOurs)
        #expect(facts(cheap, nil).sale == .notOurs)
    }

    @Test(arguments: [
        (500, 500), (450, 450), (0, 0), (605, 605), (.null, 500),
    ] as [(JSON, Int64)])
    func `discounts and taxes change what is paid, and not what is brought`(total: JSON, paid: Int64) throws {
        let facts = facts(try Self.session(Self.sold.setting("amount_total", to: total)), Given.checkout())

        #expect(facts.purchase?.paid == Money(paid, "usd") && facts.purchase?.credits == .whole(100))
    }

    @Test func `a purchase has the key of its session, and what paid for it if that is named`() throws {
        let row = Given.checkout()
        let named = facts(try Self.session(Self.sold), row).purchase
        let unnamed = facts(try Self.session(Self.sold.setting("payment_intent", to: .null)), row).purchase

        #expect(named?.key == "checkout:cs_1" && named?.paymentIntent == "pi_1" && named?.expiresAt == nil)
        #expect(unnamed?.key == "checkout:cs_1" && unnamed?.paymentIntent == nil)
        #expect(named?.account == row.account && named?.item == row.item && named?.environment == Given.here)
    }

    @Test func `a session that its row does not know is stored, whatever became of it`() throws {
        let row = Given.checkout(session: nil)
        let effects = facts(try Self.session("expired", "unpaid"), row).decide()

        #expect(effects == [
            .move(row, to: .expired), .setSession("cs_1", url: nil, of: row.id), .end(Given.event, .applied),
        ])
    }

    @Test func `a reading without an event ends none`() throws {
        let row = Given.checkout()
        let facts = CheckoutFacts(
            session: try Self.session("expired", "unpaid"), environment: Given.here, hasFailed: false, event: nil,
            checkout: row)

        #expect(facts.decide() == [.move(row, to: .expired)])
    }
}
