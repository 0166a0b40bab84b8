@testable import Core
import Testing

/// Which bodies are events, and what each kind is about.
struct StripeEventShapeTests {
    private static let whole: JSON = [
        "id": "evt_1", "object": "event", "type": "invoice.paid", "created": 1_782_864_000,
        "api_version": "2026-10-28.endive", "data": ["object": ["id": "x_1", "charge": "ch_1"]],
    ]

    @Test func `an event has its kind, its version and its time`() {
        let event = StripeEvent(Self.whole)

        #expect(event?.id.rawValue == "evt_1" && event?.type == "invoice.paid")
        #expect(event?.apiVersion == "2026-10-28.endive" && event?.createdAt == Given.start)
        #expect(event?.body == Self.whole)
    }

    @Test(arguments: [
        ("object", "v2.core.event"), ("object", nil), ("id", nil), ("id", 1), ("id", "in_1"), ("id", "EVT_1"),
        ("id", .string("evt_" + String(repeating: "x", count: 252))), ("type", nil), ("type", .null),
        ("type", .string(String(repeating: "x", count: 256))), ("data", nil), ("data", []), ("data.object", nil),
        ("data.object", .null), ("data.object", "in_1"), ("data.object", [["id": "in_1"]]),
    ] as [(String, JSON?)])
    func `what has no identity, no kind or no object is no event`(path: String, value: JSON?) {
        #expect(StripeEvent(Self.whole.setting(path, to: value)) == nil)
    }

    @Test(arguments: [[], .null, "event", 7] as [JSON])
    func `what is no object is no event`(json: JSON) {
        #expect(StripeEvent(json) == nil)
    }

    @Test func `the longest id and kind that are stored are read`() {
        let id = "evt_" + String(repeating: "x", count: 251)
        let json = Self.whole.setting("id", to: .string(id))
            .setting("type", to: .string(String(repeating: "x", count: 255)))
        #expect(StripeEvent(json)?.id.rawValue == id)
    }

    @Test(arguments: [nil, .null, "now", -1, .integer(.max)] as [JSON?])
    func `an event without a time that can be read is one all the same`(created: JSON?) {
        #expect(StripeEvent(Self.whole.setting("created", to: created))?.createdAt == Instant(seconds: 0))
    }

    // MARK: - What it is about

    private func subject(_ type: String, _ object: JSON = ["id": "x_1", "charge": "ch_1"]) -> StripeEvent.Subject? {
        StripeEvent(Self.whole.setting("type", to: .string(type)).setting("data.object", to: object))?.subject
    }

    @Test(arguments: [
        ("checkout.session.completed", .checkout("x_1", hasFailed: false)),
        ("checkout.session.async_payment_succeeded", .checkout("x_1", hasFailed: false)),
        ("checkout.session.expired", .checkout("x_1", hasFailed: false)),
        ("invoice.payment_succeeded", .invoice("x_1")), ("invoice.payment_failed", .invoice("x_1")),
        ("invoice.payment_action_required", .invoice("x_1")),
        ("customer.subscription.created", .subscription("x_1")),
        ("customer.subscription.updated", .subscription("x_1")),
        ("customer.subscription.paused", .subscription("x_1")),
        ("customer.subscription.resumed", .subscription("x_1")),
        ("customer.subscription.pending_update_applied", .subscription("x_1")),
        ("customer.subscription.pending_update_expired", .subscription("x_1")),
        ("refund.created", .charge("ch_1")), ("refund.updated", .charge("ch_1")),
        ("charge.dispute.created", .dispute("x_1")), ("charge.dispute.updated", .dispute("x_1")),
        ("charge.dispute.funds_withdrawn", .dispute("x_1")), ("charge.dispute.funds_reinstated", .dispute("x_1")),
    ] as [(String, StripeEvent.Subject)])
    func `each kind is about one object`(type: String, about: StripeEvent.Subject) {
        #expect(subject(type) == about)
        #expect(subject(type, [:]) == nil, "an object without an id is about nothing")
        #expect(subject(type, ["id": .null, "charge": .null]) == nil)
    }

    @Test(arguments: [
        "invoice.created", "invoice.finalized", "customer.subscription.trial_will_end", "payment_intent.succeeded",
        "charge.succeeded", "customer.deleted", "price.updated", "", "INVOICE.PAID", "invoice.paid ",
    ])
    func `a kind without a meaning here is about nothing`(type: String) {
        #expect(subject(type) == nil)
    }

    @Test func `a refund names its charge, expanded or not`() {
        #expect(subject("refund.failed", ["id": "re_1", "charge": ["id": "ch_2"]]) == .charge("ch_2"))
        #expect(subject("refund.failed", ["id": "re_1"]) == nil)
    }
}
