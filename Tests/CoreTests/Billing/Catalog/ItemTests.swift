@testable import Core
import SQL
import Testing

/// Names of what is for sale, and what it costs now.
struct ItemTests {
    @Test(arguments: [
        ("pack:small", .pack("small")), ("plan:pro", .plan("pro")), ("plan:a:b", .plan("a:b")),
        ("pack:", nil), ("plan:", nil), ("pack", nil), ("", nil), (":", nil), (":pack:small", nil), ("::", nil),
        ("Pack:small", nil), (" pack:small", nil), ("packs:small", nil), ("small", nil),
    ] as [(String, Item?)])
    func `an item is named by its kind and its name, in one way`(text: String, item: Item?) {
        #expect(Item(text) == item)
        if let item { #expect(item.description == text) }
    }

    @Test func `in a row it is its text, and nothing else`() {
        #expect(Item(sqlValue: .text("plan:pro")) == .plan("pro") && Item.plan("pro").sqlValue == .text("plan:pro"))
        #expect(Item(sqlValue: .integer(1)) == nil && Item(sqlValue: .null) == nil)
    }

    @Test func `it is a pack or a plan`() {
        #expect(Item.pack("small").pack == "small" && Item.pack("small").plan == nil)
        #expect(Item.plan("pro").plan == "pro" && Item.plan("pro").pack == nil)
    }

    @Test(arguments: [
        ("a", true), ("small-2_x", true), (String(repeating: "a", count: 40), true), ("", false),
        (String(repeating: "a", count: 41), false), ("Small", false), ("two words", false), ("a:b", false),
        ("a/b", false), ("é", false), ("a\u{0}", false), ("a\n", false), ("a.b", false), ("١", false),
    ])
    func `a name is what addresses and keys can contain`(name: String, isName: Bool) {
        #expect(Item.isName(name) == isName)
    }

    @Test func `a plan without a price is no offer, and one with a price is a month of it`() {
        var plan = Given.pro
        #expect(plan.offer == Offer(
            item: .plan("pro"), title: "pro", credits: .whole(2000), price: Money(5900, "usd")))

        plan.price = nil
        #expect(plan.offer == nil)
    }

    @Test func `a pack is an offer of its credits`() {
        let pack = Pack(
            name: "small", title: "Some", credits: .whole(5), price: Money(100, "eur"), position: 1,
            retiredAt: Given.start)
        #expect(pack.offer == Offer(
            item: .pack("small"), title: "Some", credits: .whole(5), price: Money(100, "eur")))
    }

    @Test(arguments: [
        (1900, 1899, true), (1900, 1900, false), (1900, 1901, false), (1, nil, true), (nil, 1, false),
        (nil, nil, false),
    ] as [(Int64?, Int64?, Bool)])
    func `a plan costs more by its price, and nothing without one`(price: Int64?, other: Int64?, costsMore: Bool) {
        func plan(_ price: Int64?) -> Plan {
            var plan = Given.basic
            plan.price = price.map { Money($0, "usd") }
            return plan
        }

        #expect(plan(price).costsMore(than: plan(other)) == costsMore)
    }
}
