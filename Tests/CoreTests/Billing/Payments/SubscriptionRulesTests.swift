@testable import Core
import Testing

/// A subscription as it was read, what was known before, and the limits that follow.
struct SubscriptionRulesTests {
    struct Case: Rule {
        let about: String
        /// What was known before, and the plan that was paid for.
        var before: Subscription?
        var planBefore: Plan?
        let read: StripeSubscription
        var plan = Given.pro
        let after: Subscription
    }

    private static let later = Given.end
    private static let graceEnd = Given.start + .seconds(7 * 86_400)

    /// As the next revision, of the one that is stored or of none.
    private static func after(
        _ plan: String, _ status: String = "active", next: String? = nil, from start: Instant = Given.start,
        cancelAt: Instant? = nil, grace: Instant? = nil, revision: Int = 8
    ) -> Subscription {
        Given.subscription(plan, status, next: next, from: start, cancelAt: cancelAt, grace: grace, revision: revision)
    }

    static let cases: [Case] = [
        Case(about: "the first", read: Given.stripe(), after: after("pro", revision: 1)),
        Case(
            about: "a bigger plan, at once", before: Given.subscription("basic"), planBefore: Given.basic,
            read: Given.stripe(),
            after: after("pro")),
        Case(
            about: "a smaller plan, with the next period", before: Given.subscription("pro"), planBefore: Given.pro,
            read: Given.stripe(), plan: Given.basic, after: after("pro", next: "basic")),
        Case(
            about: "a smaller plan that is still to come", before: Given.subscription("pro", next: "basic"),
            planBefore: Given.pro, read: Given.stripe(), plan: Given.basic, after: after("pro", next: "basic")),
        Case(
            about: "a smaller plan in the next period", before: Given.subscription("pro", next: "basic"),
            planBefore: Given.pro,
            read: Given.stripe(from: later), plan: Given.basic, after: after("basic", from: later)),
        Case(
            about: "back to the plan that is paid for", before: Given.subscription("pro", next: "basic"),
            planBefore: Given.pro, read: Given.stripe(), after: after("pro")),
        Case(
            about: "a smaller plan after an end", before: Given.subscription("pro", "canceled"),
            planBefore: Given.pro,
            read: Given.stripe(), plan: Given.basic, after: after("basic")),
        Case(
            about: "a smaller plan by a new subscription", before: Given.subscription("pro", "canceled", id: "sub_0"),
            planBefore: Given.pro, read: Given.stripe(), plan: Given.basic, after: after("basic")),
        Case(
            about: "an end that is asked for", before: Given.subscription("pro"), planBefore: Given.pro,
            read: Given.stripe(cancelAt: Given.end), after: after("pro", cancelAt: Given.end)),
        Case(
            about: "an end", before: Given.subscription("pro"), planBefore: Given.pro,
            read: Given.stripe("sub_1", "canceled"),
            after: after("pro", "canceled")),
        Case(
            about: "a payment that failed, which has a grace", before: Given.subscription("pro"),
            planBefore: Given.pro,
            read: Given.stripe("sub_1", "past_due"), after: after("pro", "past_due", grace: graceEnd)),
        Case(
            about: "a payment that failed again, whose grace goes on",
            before: Given.subscription("pro", "past_due", grace: Given.start + .seconds(5)), planBefore: Given.pro,
            read: Given.stripe("sub_1", "past_due"),
            after: after("pro", "past_due", grace: Given.start + .seconds(5))),
        Case(
            about: "a payment that came after all", before: Given.subscription("pro", "past_due", grace: graceEnd),
            planBefore: Given.pro, read: Given.stripe(), after: after("pro")),
        Case(
            about: "a trial", before: nil, read: Given.stripe("sub_1", "trialing"),
            after: after("pro", "trialing", revision: 1)),
        Case(
            about: "a first payment that waits", read: Given.stripe("sub_1", "incomplete"),
            after: after("pro", "incomplete", revision: 1)),
        Case(
            about: "a first payment that came", before: Given.subscription("pro", "incomplete"), planBefore: Given.pro,
            read: Given.stripe(), after: after("pro")),
        Case(
            about: "a payment that Stripe has given up", before: Given.subscription("pro", "past_due", grace: graceEnd),
            planBefore: Given.pro, read: Given.stripe("sub_1", "unpaid"), after: after("pro", "unpaid")),
        Case(
            about: "a pause", before: Given.subscription("pro"), planBefore: Given.pro,
            read: Given.stripe("sub_1", "paused"), after: after("pro", "paused")),
        Case(
            about: "another plan of the same price, with the next period", before: Given.subscription("basic"),
            planBefore: Given.basic, read: Given.stripe(), plan: same, after: after("basic", next: "same")),
        Case(
            about: "a plan without a price, with the next period", before: Given.subscription("basic"),
            planBefore: Given.basic, read: Given.stripe(), plan: unsold, after: after("basic", next: "unsold")),
        Case(
            about: "any plan after one that is gone from the catalog, at once", before: Given.subscription("gone"),
            read: Given.stripe(), plan: Given.basic, after: after("basic")),
        Case(
            about: "a smaller plan after one that is not paid, with the next period",
            before: Given.subscription("pro", "unpaid"), planBefore: Given.pro, read: Given.stripe(),
            plan: Given.basic, after: after("pro", next: "basic")),
        Case(
            about: "a smaller plan as it was read in an earlier period", before: Given.subscription("pro", from: later),
            planBefore: Given.pro, read: Given.stripe(), plan: Given.basic, after: after("pro", next: "basic")),
        Case(
            about: "a bigger plan that is not paid, at once and with a grace", before: Given.subscription("basic"),
            planBefore: Given.basic, read: Given.stripe("sub_1", "past_due"),
            after: after("pro", "past_due", grace: graceEnd)),
        Case(
            about: "a new subscription that is not paid, whose grace is its own",
            before: Given.subscription("pro", "canceled", id: "sub_0", grace: Given.start + .seconds(5)),
            planBefore: Given.pro, read: Given.stripe("sub_1", "past_due"),
            after: after("pro", "past_due", grace: graceEnd)),
        Case(
            about: "a grace that is over is not begun again",
            before: Given.subscription("pro", "past_due", grace: Given.start - .seconds(5)), planBefore: Given.pro,
            read: Given.stripe("sub_1", "past_due"),
            after: after("pro", "past_due", grace: Given.start - .seconds(5))),
        Case(
            about: "an end that is undone", before: Given.subscription("pro", cancelAt: Given.end),
            planBefore: Given.pro, read: Given.stripe(), after: after("pro")),
        Case(
            about: "a smaller plan that is to come, and is never to: it ends before",
            before: Given.subscription("pro", next: "basic"), planBefore: Given.pro,
            read: Given.stripe(cancelAt: Given.end), plan: Given.basic,
            after: after("pro", next: "basic", cancelAt: Given.end)),
        Case(
            about: "one of another environment is forgotten",
            before: Given.subscription("pro", id: "sub_0", in: Given.elsewhere), planBefore: Given.pro,
            read: Given.stripe(), plan: Given.basic, after: after("basic")),
    ]

    private static let same = Given.plan("same", .whole(9000), 1900)
    private static let unsold: Plan = {
        var plan = Given.plan("unsold", .whole(9000), 9900)
        plan.price = nil
        return plan
    }()

    @Test(arguments: cases)
    func `a subscription is stored as it was read, and gives its plan's limits`(_ rule: Case) {
        var facts = facts(of: rule.read, after: rule.before)
        facts.plan = rule.plan
        facts.planBefore = rule.planBefore

        #expect(
            facts.decide() == [.putSubscription(rule.after), .setPlan(by: rule.after), .end(Given.event, .applied)])
    }

    @Test(arguments: [
        ("active", nil, true), ("trialing", nil, true), ("past_due", 1, true), ("past_due", 0, false),
        ("past_due", nil, false),
        ("unpaid", nil, false), ("canceled", nil, false), ("incomplete", nil, false), ("paused", nil, false),
    ] as [(String, Int64?, Bool)])
    func `limits are given while it is paid, or within its grace`(status: String, grace: Int64?, isEntitled: Bool) {
        let subscription = Given.subscription("pro", status, grace: grace.map { Given.start + .seconds($0) })

        #expect(subscription.isEntitled(at: Given.start) == isEntitled)
    }

    // MARK: - Of two

    @Test func `a price of no plan changes nothing`() {
        let facts = facts(of: Given.stripe(), after: nil)

        #expect(facts.counted == nil && facts.decide() == [])
    }

    @Test func `while the account's other subscription lives, a second one changes nothing and takes a person`() {
        var facts = facts(of: Given.stripe("sub_2"), after: Given.subscription("pro"))
        facts.plan = Given.basic
        facts.rivalNow = Given.stripe("sub_1")

        #expect(facts.rival?.id == "sub_1" && facts.isSecond)
        #expect(facts.decide() == [])
    }

    @Test func `a second one that is over changes nothing either, and takes nobody`() {
        var facts = facts(of: Given.stripe("sub_2", "canceled"), after: Given.subscription("pro"))
        facts.rivalNow = Given.stripe("sub_1")

        #expect(!facts.isSecond && facts.decide() == [])
    }

    @Test(arguments: [
        (Given.subscription("pro"), nil), (Given.subscription("pro", id: "sub_0"), "sub_0"),
        (Given.subscription("pro", "canceled", id: "sub_0"), nil),
        (Given.subscription("pro", id: "sub_0", in: Given.elsewhere), nil),
    ] as [(Subscription, String?)])
    func `only another one of this environment that lived stands in the way`(before: Subscription, rival: String?) {
        #expect(facts(of: Given.stripe(), after: before).rival?.id == rival)
    }

    @Test func `of one that is over, another that lives takes the place`() {
        var facts = facts(of: Given.stripe("sub_1", "canceled"), after: Given.subscription("pro"))
        facts.other = SubscriptionReading(subscription: Given.stripe("sub_2"), plan: Given.basic)
        let after = Given.subscription("basic", id: "sub_2", revision: 8)

        #expect(facts.decide() == [.putSubscription(after), .setPlan(by: after), .end(Given.event, .applied)])
    }

    @Test func `nothing is decided on a reading that is not the last`() {
        var facts = facts(of: Given.stripe(), after: Given.subscription("pro"))
        facts.plan = Given.pro
        facts.revision = 8

        #expect(facts.decide() == nil)
    }

    @Test func `one that is over without another keeps what was known, with its end`() {
        var facts = facts(of: Given.stripe("sub_1", "canceled"), after: Given.subscription("pro"))
        #expect(facts.decide() == [], "its price is of no plan any more")

        facts.plan = Given.pro
        facts.planBefore = Given.pro
        let ended = Self.after("pro", "canceled")
        #expect(facts.decide() == [.putSubscription(ended), .setPlan(by: ended), .end(Given.event, .applied)])
    }

    @Test func `one that lives is not passed over for another`() {
        var facts = facts(of: Given.stripe(), after: nil)
        facts.plan = Given.pro
        facts.other = SubscriptionReading(subscription: Given.stripe("sub_2"), plan: Given.basic)

        #expect(facts.counted?.subscription.id == "sub_1")
    }

    @Test(arguments: [
        ("active", false), ("trialing", false), ("past_due", false), ("unpaid", false), ("paused", false),
        ("canceled", true), ("incomplete", true), ("incomplete_expired", true), (nil, true),
    ] as [(String?, Bool)])
    func `another takes the place of one that is over or gone at Stripe, whatever was known of it`(
        rival: String?, counts: Bool
    ) {
        var facts = facts(of: Given.stripe("sub_2"), after: Given.subscription("pro"))
        facts.plan = Given.basic
        facts.rivalNow = rival.map { Given.stripe("sub_1", $0) }

        let after = Given.subscription("basic", id: "sub_2", revision: 8)
        let effects: [PaymentEffect] = [.putSubscription(after), .setPlan(by: after), .end(Given.event, .applied)]
        #expect(facts.isSecond == !counts && facts.decide() == (counts ? effects : []))
    }

    @Test(arguments: [(nil, 1), (7, nil), (7, 6), (7, 8)] as [(Int?, Int?)])
    func `a reading is stale if another was stored since, or what was stored is gone`(before: Int?, now: Int?) {
        var facts = facts(of: Given.stripe(), after: before.map { Given.subscription("pro", revision: $0) })
        facts.plan = Given.pro
        facts.waiting = [Given.checkout(.plan("pro"), session: "sub_1:1")]
        facts.revision = now

        #expect(facts.isStale && facts.decide() == nil)
    }

    // MARK: - Changes that wait for their payment

    @Test(arguments: [
        ("sub_1:1", "pro", "active", Checkout.State.paid), ("sub_1:1", "basic", "active", .expired),
        ("sub_1:1", "pro", "canceled", .expired), ("sub_0:1", "pro", "active", .expired),
        ("sub_10:1", "pro", "active", .expired), ("sub_1", "pro", "active", .expired),
        ("sub_1:1", "pro", "past_due", .paid), ("sub_1:1", "pro", "incomplete", .expired),
    ])
    func `a change that waited is made or has expired`(
        session: String, plan: String, status: String, state: Checkout.State
    ) {
        let waiting = Given.checkout(.plan(plan), session: session)
        var facts = facts(of: Given.stripe("sub_1", status), after: nil)
        facts.plan = Given.pro
        facts.waiting = [waiting]

        #expect(Array(facts.decide()?.dropFirst(3) ?? []) == [.move(waiting, to: state)])
    }

    @Test func `who pays for a change does not want it to end`() {
        let read = Given.stripe(cancelAt: Given.end)
        let waiting = Given.checkout(.plan("pro"), session: "sub_1:1")
        var facts = facts(of: read, after: nil)
        facts.plan = Given.pro
        facts.waiting = [waiting]

        #expect(Array(facts.decide()?.dropFirst(3) ?? []) == [.move(waiting, to: .paid), .goOn(read, for: waiting)])
    }

    @Test func `of several changes that waited those that were made are paid, and the others have expired`() {
        let waiting = ["basic", "pro"].map { Given.checkout(.plan($0), session: "sub_1:1") }
            + [Given.checkout(.plan("pro"), session: nil)]
        var facts = facts(of: Given.stripe(), after: nil)
        facts.plan = Given.pro
        facts.waiting = waiting

        #expect(Array(facts.decide()?.dropFirst(3) ?? []) == [
            .move(waiting[0], to: .expired), .move(waiting[1], to: .paid), .move(waiting[2], to: .expired),
        ])
    }

    @Test func `a change to a smaller plan, which is to come only, was not made`() {
        let waiting = Given.checkout(.plan("basic"), session: "sub_1:1")
        var facts = facts(of: Given.stripe(cancelAt: Given.end), after: Given.subscription("pro"))
        facts.plan = Given.basic
        facts.planBefore = Given.pro
        facts.waiting = [waiting]

        #expect(Array(facts.decide()?.dropFirst(3) ?? []) == [.move(waiting, to: .expired)])
    }

    // MARK: - When it brings credits again

    @Test(arguments: [
        ("active", nil, true), ("trialing", nil, true), ("past_due", nil, true), ("unpaid", nil, false),
        ("canceled", nil, false), ("incomplete", nil, false), ("paused", nil, false), ("active", 0, false),
        ("active", -1, false), ("active", 1, true), ("past_due", 0, false),
    ] as [(String, Int64?, Bool)])
    func `it brings credits with its next period, unless it ends by then`(
        status: String, cancelled: Int64?, renews: Bool
    ) {
        let subscription = Given.subscription(
            "pro", status, cancelAt: cancelled.map { Given.end + .seconds($0) })

        #expect(subscription.renewsAt == (renews ? Given.end : nil))
    }

    @Test(arguments: [
        ("active", true), ("trialing", true), ("past_due", true), ("unpaid", true), ("paused", true),
        ("canceled", false), ("incomplete", false), ("incomplete_expired", false), ("", false), ("ACTIVE", false),
    ])
    func `one that lives is changed, and in place of any other a new one begins`(status: String, isLive: Bool) {
        #expect(Given.subscription("pro", status).isLive == isLive)
        #expect(Given.stripe("sub_1", status).isLive == isLive)
    }

    private func facts(of read: StripeSubscription, after before: Subscription?) -> SubscriptionFacts {
        SubscriptionFacts(
            read: read, environment: Given.here, account: Given.account, before: before, grace: .seconds(7 * 86_400),
            event: Given.event, now: Given.start, revision: before?.revision)
    }
}
