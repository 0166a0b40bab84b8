@testable import Core
import Foundation
import Testing

/// What is read of a Checkout Session, and what counts as absent.
struct StripeSessionTests {
    private static let checkout = ID<Checkout>.make(at: Given.start)

    private static let whole: JSON = [
        "id": "cs_1", "status": "complete", "payment_status": "paid", "url": "https://stripe.test/1",
        "payment_intent": "pi_1", "subscription": "sub_1", "invoice": "in_1", "currency": "USD",
        "amount_subtotal": 500, "amount_total": 450, "metadata": ["checkout": .string(checkout.rawValue)],
    ]

    @Test func `every member is read from its place`() {
        #expect(StripeSession(Self.whole) == StripeSession(
            id: "cs_1", checkout: Self.checkout, isComplete: true, isExpired: false, payment: .paid,
            url: "https://stripe.test/1", paymentIntent: "pi_1", subscription: "sub_1", invoice: "in_1",
            subtotal: Money(500, "usd"), total: Money(450, "usd")))
    }

    @Test func `a session needs its id and the state of its payment, and nothing else`() {
        #expect(StripeSession(["id": "cs_1", "payment_status": "unpaid"]) == StripeSession(
            id: "cs_1", checkout: nil, isComplete: false, isExpired: false, payment: .unpaid, url: nil,
            paymentIntent: nil, subscription: nil, invoice: nil, subtotal: nil, total: nil))
    }

    @Test(arguments: [
        ("id", nil), ("id", .null), ("id", 7), ("id", ["cs_1"]), ("payment_status", nil), ("payment_status", .null),
        ("payment_status", "settled"), ("payment_status", "PAID"), ("payment_status", true),
    ] as [(String, JSON?)])
    func `without them it cannot be read`(member: String, value: JSON?) {
        #expect(StripeSession(Self.whole.setting(member, to: value)) == nil)
    }

    @Test(arguments: [[], "cs_1", .null, 7] as [JSON])
    func `what is no object is no session`(json: JSON) {
        #expect(StripeSession(json) == nil)
    }

    @Test(arguments: [
        ("open", "unpaid", false), ("open", "paid", false), ("open", "no_payment_required", false),
        ("complete", "unpaid", false), ("complete", "paid", true), ("complete", "no_payment_required", true),
        ("expired", "unpaid", false), ("expired", "paid", false), ("unheard_of", "paid", false),
    ])
    func `only one that is complete, and owes nothing, is paid`(status: String, payment: String, isPaid: Bool) {
        let json = Self.whole.setting("status", to: .string(status)).setting("payment_status", to: .string(payment))
        let session = StripeSession(json)

        #expect(session?.isPaid == isPaid)
        #expect(session?.isComplete == (status == "complete") && session?.isExpired == (status == "expired"))
    }

    @Test(arguments: [
        ("pi_1", "pi_1"), (["id": "pi_1", "object": "payment_intent"], "pi_1"), (.null, nil), (nil, nil), (7, nil),
        (["pi_1"], nil), (["object": "payment_intent"], nil), (["id": .null], nil),
    ] as [(JSON?, String?)])
    func `a reference is an id or the object, and anything else is none`(value: JSON?, id: String?) {
        #expect(StripeSession(Self.whole.setting("payment_intent", to: value))?.paymentIntent == id)
        #expect(StripeSession(Self.whole.setting("subscription", to: value))?.subscription == id)
        #expect(StripeSession(Self.whole.setting("invoice", to: value))?.invoice == id)
    }

    @Test(arguments: [
        (0, 0), (999_999_999_999, 999_999_999_999), (1_000_000_000_000, nil), (.integer(.max), nil),
        (.integer(.min), nil), (.null, nil), (nil, nil), ("500", nil), (.decimal(5.5), nil), ([500], nil),
    ] as [(JSON?, Int64?)])
    func `an amount is a whole number of as many digits as Stripe's have`(value: JSON?, amount: Int64?) {
        let money = amount.map { Money($0, "usd") }

        #expect(StripeSession(Self.whole.setting("amount_subtotal", to: value))?.subtotal == money)
        #expect(StripeSession(Self.whole.setting("amount_total", to: value))?.total == money)
    }

    @Test func `an amount without a currency is in none`() {
        let session = StripeSession(Self.whole.setting("currency", to: nil))
        #expect(session?.subtotal == Money(500, ""))
    }

    @Test(arguments: [
        (.string(checkout.rawValue.uppercased()), checkout), ("cs_1", nil), ("", nil), (7, nil), (.null, nil),
        (.string(checkout.rawValue + "0"), nil),
    ] as [(JSON, ID<Checkout>?)])
    func `the checkout that it names is an id of this server's kind`(value: JSON, id: ID<Checkout>?) {
        #expect(StripeSession(Self.whole.setting("metadata.checkout", to: value))?.checkout == id)
    }

    @Test func `the reference that a payer can set names no checkout`() {
        let json = Self.whole.setting("metadata", to: [:])
            .setting("client_reference_id", to: .string(Self.checkout.rawValue))
        #expect(StripeSession(json)?.checkout == nil)
    }
}
