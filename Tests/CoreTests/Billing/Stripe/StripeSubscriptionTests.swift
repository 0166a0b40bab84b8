@testable import Core
import Testing

/// What is read of a subscription, where its members are missing, null or of another kind.
struct StripeSubscriptionTests {
    private static let whole: JSON = [
        "id": "sub_1", "status": "active", "customer": "cus_1", "cancel_at_period_end": false, "cancel_at": .null,
        "pending_update": .null, "latest_invoice": "in_1",
        "items": ["data": [
            ["id": "si_1", "price": ["id": "price_1"], "current_period_start": 10, "current_period_end": 20],
        ]],
    ]

    private func read(_ path: String, _ value: JSON?) -> StripeSubscription? {
        StripeSubscription(Self.whole.setting(path, to: value))
    }

    @Test(arguments: [
        ("id", nil), ("id", 7), ("status", .null), ("status", ["active"]), ("items", nil), ("items", .null),
        ("items.data", []), ("items.data", "si_1"), ("items.data.0.id", .null), ("items.data.0.price", nil),
        ("items.data.0.price", .null), ("items.data.0.price", ["object": "price"]),
        ("items.data.0.current_period_start", nil), ("items.data.0.current_period_end", .null),
        ("items.data.0.current_period_end", "20"), ("items.data.0.current_period_start", -1),
        ("items.data.0.current_period_end", .integer(.max)),
    ] as [(String, JSON?)])
    func `one without its identity, its price or its period cannot be read`(path: String, value: JSON?) {
        #expect(read(path, value) == nil)
        #expect(StripeSubscription(Self.whole) != nil)
    }

    @Test(arguments: [
        ("price", "price_2", "price_2"), ("price", ["id": "price_2"], "price_2"),
        ("plan", ["id": "plan_1"], "price_1"),
    ] as [(String, JSON, String)])
    func `its price goes before the older plan`(member: String, value: JSON, price: String) {
        #expect(read("items.data.0.\(member)", value)?.price == price)
    }

    @Test func `a price that is null leaves the older plan`() {
        let json = Self.whole.setting("items.data.0.price", to: .null)
            .setting("items.data.0.plan", to: ["id": "plan_1"])
        #expect(StripeSubscription(json)?.price == "plan_1")
    }

    @Test func `its period is that of its first item, and its own only where that has none`() {
        let both = Self.whole.setting("current_period_start", to: 1).setting("current_period_end", to: 2)
        let own = both.setting("items.data.0.current_period_start", to: nil)
            .setting("items.data.0.current_period_end", to: nil)

        #expect(StripeSubscription(both)?.periodStart.seconds == 10)
        #expect(StripeSubscription(both)?.periodEnd.seconds == 20)
        #expect(StripeSubscription(own)?.periodStart.seconds == 1 && StripeSubscription(own)?.periodEnd.seconds == 2)
    }

    @Test func `of several items the first counts`() {
        let first = Self.whole["items"]?["data"]?.array?.first ?? .null
        let second = first.setting("id", to: "si_2").setting("price.id", to: "price_2")

        let subscription = read("items", ["data": [first, second]])
        #expect(subscription?.itemID == "si_1" && subscription?.price == "price_1")
    }

    @Test(arguments: [
        (false, .null, nil, false), (true, .null, 20, true), (true, 15, 15, true), (false, 15, 15, false),
        (.null, 15, 15, false), (nil, nil, nil, false), ("true", nil, nil, false), (true, .integer(.max), 20, true),
    ] as [(JSON?, JSON?, Int64?, Bool)])
    func `its end is an instant, or by a flag that of its period`(
        flag: JSON?, instant: JSON?, end: Int64?, byFlag: Bool
    ) {
        let json = Self.whole.setting("cancel_at_period_end", to: flag).setting("cancel_at", to: instant)
        let subscription = StripeSubscription(json)

        #expect(subscription?.cancelAt?.seconds == end && subscription?.endsByFlag == byFlag)
    }

    @Test(arguments: [(nil, false), (.null, false), (["expires_at": 1], true), ([:], true)] as [(JSON?, Bool)])
    func `a change waits while it is named`(value: JSON?, isPending: Bool) {
        #expect(read("pending_update", value)?.isUpdatePending == isPending)
    }

    @Test(arguments: [
        (10, 15, true), (nil, 15, false), (10, nil, false), (.null, .null, false), (10, "15", false),
    ] as [(JSON?, JSON?, Bool)])
    func `it has a trial if that has both ends`(start: JSON?, end: JSON?, isOne: Bool) {
        let json = Self.whole.setting("trial_start", to: start).setting("trial_end", to: end)
        let trial = StripeTrial(start: Instant(seconds: 10), end: Instant(seconds: 15))

        #expect(StripeSubscription(json)?.trial == (isOne ? trial : nil))
    }

    @Test func `a customer and an invoice may be missing`() {
        #expect(read("customer", .null)?.customer == nil && read("latest_invoice", nil)?.latestInvoice == nil)
        #expect(read("customer", ["id": "cus_2"])?.customer == "cus_2")
    }
}
