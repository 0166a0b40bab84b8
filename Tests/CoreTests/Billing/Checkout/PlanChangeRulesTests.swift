@testable import Core
import Testing

/// How a subscription comes to another plan.
struct PlanChangeRulesTests {
    struct Case: Rule {
        let about: String
        let subscription: Subscription
        let current: Plan
        let wanted: Plan
        let outcome: Result<[PlanChange.Step], BillingError>
    }

    private static let (basic, pro) = (Given.basic, Given.pro)

    static let cases: [Case] = [
        Case(
            about: "a bigger plan is billed now", subscription: Given.subscription("basic"), current: basic,
            wanted: pro,
            outcome: .success([.upgrade(to: pro, instead: nil)])),
        Case(
            about: "a smaller plan begins with the next period, without a bill",
            subscription: Given.subscription("pro"),
            current: pro, wanted: basic, outcome: .success([.switchPrice(to: basic)])),
        Case(
            about: "the plan that is on, while another is to come",
            subscription: Given.subscription("pro", next: "basic"),
            current: pro, wanted: pro, outcome: .success([.switchPrice(to: pro)])),
        Case(
            about: "a bigger plan, while a smaller one is to come: the difference is that to what was paid for",
            subscription: Given.subscription("basic", next: "mini"), current: basic, wanted: pro,
            outcome: .success([.switchPrice(to: basic), .upgrade(to: pro, instead: "mini")])),
        Case(
            about: "a bigger plan, while it is to end: that is undone at last",
            subscription: Given.subscription("basic", cancelAt: Given.end), current: basic, wanted: pro,
            outcome: .success([.upgrade(to: pro, instead: nil), .goOn])),
        Case(
            about: "the plan that is on, while it is to end",
            subscription: Given.subscription("pro", cancelAt: Given.end),
            current: pro, wanted: pro, outcome: .success([.goOn])),
        Case(
            about: "the plan that is on", subscription: Given.subscription("pro"), current: pro, wanted: pro,
            outcome: .failure(.planInForce("pro"))),
        Case(
            about: "the plan that is to come", subscription: Given.subscription("pro", next: "basic"), current: pro,
            wanted: basic, outcome: .failure(.planInForce("basic"))),
        Case(
            about: "one that is not paid, within its grace",
            subscription: Given.subscription("basic", "past_due", grace: Given.end), current: basic, wanted: pro,
            outcome: .failure(.subscriptionUnpaid)),
        Case(
            about: "one that was given up as unpaid", subscription: Given.subscription("basic", "unpaid"),
            current: basic,
            wanted: pro, outcome: .failure(.subscriptionUnpaid)),
        Case(
            about: "a plan of the same price begins with the next period", subscription: Given.subscription("basic"),
            current: basic, wanted: same, outcome: .success([.switchPrice(to: same)])),
        Case(
            about: "a smaller plan, while it is to end", subscription: Given.subscription("pro", cancelAt: Given.end),
            current: pro, wanted: basic, outcome: .success([.switchPrice(to: basic), .goOn])),
        Case(
            about: "a smaller plan, while another is to come",
            subscription: Given.subscription("pro", next: "same"), current: pro, wanted: basic,
            outcome: .success([.switchPrice(to: basic)])),
        Case(
            about: "the plan that is to come, while it is to end before",
            subscription: Given.subscription("pro", next: "basic", cancelAt: Given.end), current: pro, wanted: basic,
            outcome: .success([.goOn])),
        Case(
            about: "the plan that is on, while another is to come and it is to end before",
            subscription: Given.subscription("pro", next: "basic", cancelAt: Given.end), current: pro, wanted: pro,
            outcome: .success([.switchPrice(to: pro), .goOn])),
        Case(
            about: "a bigger plan, while a smaller one is to come and it is to end before",
            subscription: Given.subscription("basic", next: "mini", cancelAt: Given.end), current: basic, wanted: pro,
            outcome: .success([.switchPrice(to: basic), .upgrade(to: pro, instead: "mini"), .goOn])),
        Case(
            about: "a bigger plan that is to come, since it cost less once",
            subscription: Given.subscription("basic", next: "pro"),
            current: basic, wanted: pro,
            outcome: .success([.switchPrice(to: basic), .upgrade(to: pro, instead: "pro")])),
        Case(
            about: "any plan with a price, from one without", subscription: Given.subscription("unsold"),
            current: unsold, wanted: basic, outcome: .success([.upgrade(to: basic, instead: nil)])),
        Case(
            about: "a bigger plan within a trial", subscription: Given.subscription("basic", "trialing"),
            current: basic, wanted: pro, outcome: .success([.upgrade(to: pro, instead: nil)])),
        Case(
            about: "a pause", subscription: Given.subscription("basic", "paused"), current: basic, wanted: pro,
            outcome: .failure(.subscriptionUnpaid)),
        Case(
            about: "a first payment that waits", subscription: Given.subscription("basic", "incomplete"),
            current: basic, wanted: pro, outcome: .failure(.subscriptionUnpaid)),
        Case(
            about: "one whose grace is over, and the plan that is on",
            subscription: Given.subscription("pro", "past_due", grace: Given.start), current: pro, wanted: pro,
            outcome: .failure(.subscriptionUnpaid)),
    ]

    private static let same = Given.plan("same", .whole(9000), 1900)
    private static let unsold: Plan = {
        var plan = Given.plan("unsold", .whole(9000), 9900)
        plan.price = nil
        return plan
    }()

    @Test(arguments: cases)
    func `a change is made in steps, or refused`(_ rule: Case) {
        let outcome = Result { () throws(BillingError) in
            try PlanChange(of: rule.subscription, from: rule.current, to: rule.wanted, now: Given.start).steps
        }

        #expect(outcome == rule.outcome)
    }
}
