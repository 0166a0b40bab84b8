import SQL

/// An account's subscription, as it was read of Stripe last.
package struct Subscription: Sendable, Hashable {
    /// Stripe's.
    package let id: String
    package let account: ID<Account>
    package let realm: String
    package let itemID: String
    /// What is paid for in this period.
    package var plan: String
    /// From the next period on, where it is another.
    package var nextPlan: String?
    /// Stripe's word.
    package let status: String
    package let periodStart: Instant
    package let periodEnd: Instant
    package let cancelAt: Instant?
    /// How long it counts although it is not paid.
    package var graceUntil: Instant?
    let revision: Int

    /// Whether there is one to change, rather than to begin anew.
    package var isLive: Bool { Subscription.isLive(status) }

    static func isLive(_ status: String) -> Bool { ["active", "trialing", "past_due", "unpaid", "paused"].contains(status) }

    /// Whether it gives its plan's limits at this instant.
    package func isEntitled(at now: Instant) -> Bool {
        switch status {
        case "active", "trialing": true
        case "past_due": graceUntil.map { now < $0 } ?? false
        default: false
        }
    }

    /// When it brings credits again; nothing where it does not.
    package var renewsAt: Instant? {
        guard ["active", "trialing", "past_due"].contains(status) else { return nil }
        return cancelAt.map { $0 <= periodEnd } == true ? nil : periodEnd
    }
}

/// What was read of Stripe, and its price as a plan of ours.
struct SubscriptionReading: Sendable, Hashable {
    let subscription: StripeSubscription
    let plan: Plan
    let realm: String

    /// How the account stands after it. Its plan is the subscription's price's: a dearer one at once, another from the next
    /// period on, as it was paid for until then.
    ///
    /// - Parameters:
    ///   - known: The account's subscription until now, this one or an earlier one.
    ///   - planBefore: Its plan.
    func standing(after known: Subscription?, _ planBefore: Plan?, of account: ID<Account>, grace: Duration, now: Instant) -> Subscription {
        let before = known?.id == subscription.id ? known : nil
        var standing = Subscription(
            id: subscription.id, account: account, realm: realm, itemID: subscription.itemID, plan: plan.name, nextPlan: nil,
            status: subscription.status, periodStart: subscription.periodStart, periodEnd: subscription.periodEnd,
            cancelAt: subscription.cancelAt, graceUntil: nil, revision: (known?.revision ?? 0) + 1)
        if let before, let planBefore, planBefore.name != plan.name, !plan.isDearer(than: planBefore), before.isLive,
            subscription.periodStart <= before.periodStart {
            standing.plan = planBefore.name
            standing.nextPlan = plan.name
        }
        if subscription.status == "past_due" { standing.graceUntil = before?.graceUntil ?? now + grace }
        return standing
    }
}
