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
    ]

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

    // MARK: - Changes that wait for their payment

    @Test(arguments: [
        ("sub_1:1", "pro", "active", Checkout.State.paid), ("sub_1:1", "basic", "active", .expired),
        ("sub_1:1", "pro", "canceled", .expired), ("sub_0:1", "pro", "active", .expired),
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

    private func facts(of read: StripeSubscription, after before: Subscription?) -> SubscriptionFacts {
        SubscriptionFacts(
            read: read, environment: Given.here, account: Given.account, before: before, grace: .seconds(7 * 86_400),
            event: Given.event, now: Given.start, revision: before?.revision)
    }
}
