@testable import Core
import Foundation
import Testing

/// What is read of an invoice and its lines, where their members are missing, null or of another kind.
struct StripeInvoiceTests {
    private static let line: JSON = [
        "amount": 1900, "quantity": 1, "period": ["start": 1, "end": 2],
        "pricing": ["price_details": ["price": "price_1"]],
        "parent": ["subscription_item_details": ["subscription": "sub_1", "proration": false]],
    ]

    private static let whole: JSON = [
        "id": "in_1", "customer": "cus_1", "status": "paid", "currency": "usd", "amount_paid": 1900,
        "parent": ["subscription_details": ["subscription": "sub_0"]], "lines": ["data": [line]],
    ]

    @Test(arguments: [[:], ["id": .null], ["id": 7], [], .null] as [JSON])
    func `an invoice without an id cannot be read`(json: JSON) {
        #expect(StripeInvoice(json) == nil)
    }

    @Test func `one with an id alone is of nobody, unpaid and empty`() {
        let invoice = StripeInvoice(["id": "in_1"])

        #expect(invoice?.customer == nil && invoice?.subscription == nil && invoice?.paymentIntent == nil)
        #expect(invoice?.isPaid == false && invoice?.paid == Money(0, "") && invoice?.url == nil)
        #expect(invoice?.lines == [] && invoice?.hasMoreLines == false)
    }

    @Test(arguments: [
        ("paid", nil, true), ("open", nil, false), ("draft", nil, false), ("void", nil, false),
        ("uncollectible", nil, false), (nil, true, true), (nil, false, false), (nil, nil, false),
        ("paid", false, true), (nil, "true", false), (7, nil, false),
    ] as [(JSON?, JSON?, Bool)])
    func `an invoice is paid if its status or its older flag says so`(status: JSON?, flag: JSON?, isPaid: Bool) {
        let json = Self.whole.setting("status", to: status).setting("paid", to: flag)
        #expect(StripeInvoice(json)?.isPaid == isPaid)
    }

    @Test(arguments: [
        (1900, 1900), (0, 0), (nil, 0), (.null, 0), ("1900", 0), (.integer(.max), 0), (.decimal(0.5), 0),
    ] as [(JSON?, Int64)])
    func `what is no amount is nothing paid`(value: JSON?, amount: Int64) {
        #expect(StripeInvoice(Self.whole.setting("amount_paid", to: value))?.paid == Money(amount, "usd"))
    }

    // MARK: - What paid for it

    private static func payment(_ id: String, _ status: String, isDefault: Bool = false) -> JSON {
        [
            "status": .string(status), "is_default": .bool(isDefault),
            "payment": ["type": "payment_intent", "payment_intent": .string(id)],
        ]
    }

    @Test(arguments: [
        ([], nil), ([payment("pi_1", "paid")], "pi_1"), ([payment("pi_1", "open", isDefault: true)], nil),
        ([payment("pi_1", "canceled"), payment("pi_2", "paid")], "pi_2"),
        ([payment("pi_1", "paid"), payment("pi_2", "paid", isDefault: true)], "pi_2"),
        ([payment("pi_1", "paid"), payment("pi_2", "open", isDefault: true)], "pi_1"),
        ([["status": "paid", "payment": ["type": "charge", "charge": "ch_1"]]], nil),
        ([["status": "paid"]], nil), ([.null, 7, "pi_1"], nil),
    ] as [([JSON], String?)])
    func `of its payments one that was made counts, the default one first`(payments: [JSON], id: String?) {
        #expect(StripeInvoice(Self.whole.setting("payments", to: ["data": .array(payments)]))?.paymentIntent == id)
    }

    // MARK: - Its subscription

    @Test(arguments: [
        (["subscription_details": ["subscription": "sub_2"]], nil, "sub_2"),
        (["subscription_details": ["subscription": "sub_2"]], "sub_3", "sub_2"),
        (["subscription_details": .null], ["id": "sub_3"], "sub_3"), (.null, "sub_3", "sub_3"),
        (nil, nil, "sub_1"), (["quote_details": ["quote": "qt_1"]], .null, "sub_1"),
    ] as [(JSON?, JSON?, String)])
    func `its subscription is named by it, as either shape does, or else by a line`(
        parent: JSON?, subscription: JSON?, id: String
    ) {
        let json = Self.whole.setting("parent", to: parent).setting("subscription", to: subscription)
        #expect(StripeInvoice(json)?.subscription == id)
    }

    @Test func `an invoice for goods has no subscription and no lines that count`() {
        let json = Self.whole.setting("parent", to: nil)
            .setting("lines.data.0.parent", to: ["invoice_item_details": [:]])
        let invoice = StripeInvoice(json)

        #expect(invoice?.subscription == nil && invoice?.lines == [])
    }

    // MARK: - Lines

    private func read(_ path: String, _ value: JSON?) -> StripeInvoice.Line? {
        StripeInvoice(Self.whole.setting("lines.data.0.\(path)", to: value))?.lines.first
    }

    @Test(arguments: [
        ("period", nil), ("period", .null), ("period", [1, 2]), ("period.start", nil), ("period.end", "2"),
        ("period.start", -1), ("period.end", .integer(.max)), ("period.start", .decimal(1.5)),
        ("pricing", nil), ("pricing.price_details", .null), ("pricing.price_details.price", 7),
        ("parent", .null), ("parent.subscription_item_details.subscription", .null),
    ] as [(String, JSON?)])
    func `a line without a period, a price or a subscription does not count`(path: String, value: JSON?) {
        #expect(read(path, value) == nil)
        #expect(read("quantity", 1) != nil, "the same line as it is counts")
    }

    @Test(arguments: [
        (["id": "price_2", "object": "price"], nil, "price_2"), ("price_2", "plan_1", "price_2"),
        (.null, ["id": "plan_1"], "plan_1"), (nil, "plan_1", "plan_1"),
    ] as [(JSON?, JSON?, String)])
    func `an older line names its price, and one that is older still its plan`(
        price: JSON?, plan: JSON?, id: String
    ) {
        let json = Self.line.setting("pricing", to: nil).setting("price", to: price).setting("plan", to: plan)
        #expect(StripeInvoice.Line(json)?.price == id)
    }

    @Test(arguments: [
        (2, 2), (0, 0), (-3, -3), (nil, 1), (.null, 1), ("2", 1), (1_000_001, 1_000_000), (.integer(.max), 1_000_000),
    ] as [(JSON?, Int64)])
    func `a quantity is bounded, and one if there is none`(value: JSON?, quantity: Int64) {
        #expect(read("quantity", value)?.quantity == quantity)
    }

    @Test(arguments: [
        (true, nil, true), (false, true, false), (.null, true, true), (nil, true, true), ("true", nil, false),
        (nil, nil, false),
    ] as [(JSON?, JSON?, Bool)])
    func `whether it is a proration is said by its parent, and by itself in older versions`(
        parent: JSON?, own: JSON?, isProration: Bool
    ) {
        let json = Self.line.setting("parent.subscription_item_details.proration", to: parent)
            .setting("proration", to: own)
        #expect(StripeInvoice.Line(json)?.isProration == isProration)
    }

    @Test func `a line of an invoice item can be a proration of a subscription`() {
        let json = Self.line.setting("parent", to: ["invoice_item_details": [
            "subscription": "sub_1", "proration": true, "proration_details": ["credited_items": ["invoice": "in_0"]],
        ]])
        #expect(StripeInvoice.Line(json)?.isProration == true)
        #expect(StripeInvoice.Line(json.setting("amount", to: 0))?.isCredit == true)
    }

    @Test(arguments: [
        (-1, nil, true), (0, nil, false), (1, nil, false), (0, ["invoice": "in_0"], true),
        (1, ["invoice": "in_0"], false), (0, .null, false), (nil, nil, false), (.integer(.min), nil, false),
    ] as [(JSON?, JSON?, Bool)])
    func `a line gives something back if its amount says so, or its items where it costs nothing`(
        amount: JSON?, credited: JSON?, isCredit: Bool
    ) {
        let path = "parent.subscription_item_details.proration_details"
        let json = Self.line.setting("amount", to: amount).setting(path, to: credited.map { ["credited_items": $0] })
        #expect(StripeInvoice.Line(json)?.isCredit == isCredit)
    }

    @Test(arguments: [(true, true), (false, false), (.null, false), ("true", false)] as [(JSON, Bool)])
    func `more lines than those in it are known by its flag`(value: JSON, hasMore: Bool) {
        #expect(StripeInvoice(Self.whole.setting("lines.has_more", to: value))?.hasMoreLines == hasMore)
    }
}
