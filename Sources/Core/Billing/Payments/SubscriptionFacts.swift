/// A subscription as it was read at Stripe, and the plan that its price is for.
struct SubscriptionReading: Sendable, Hashable {
    let subscription: StripeSubscription
    let plan: Plan
}

/// What is known of an account's subscription when its effects are decided.
struct SubscriptionFacts: Sendable, Hashable {
    /// As Stripe has it now.
    let read: StripeSubscription
    /// The environment that it was read in.
    let environment: StripeEnvironment
    let account: ID<Account>
    /// The account's subscription as it was stored before Stripe was asked: this one or another.
    let before: Subscription?
    /// `rival`, as Stripe has it now. Nil if it is gone.
    var rivalNow: StripeSubscription?
    /// The plan of its price. Nil if that is of no plan.
    var plan: Plan?
    /// If it is over, another of the same customer that lives.
    var other: SubscriptionReading?
    let grace: Duration
    /// Ended with the effects.
    let event: ID<StripeEvent>?

    // Read under the account's lock.
    var now = Instant(seconds: 0)
    /// Of the account's subscription.
    var revision: Int?
    /// The plan that was paid for before.
    var planBefore: Plan?
    /// Changes of plan that wait for their payment. Empty while Stripe says that one waits.
    var waiting: [Checkout] = []

    /// Another subscription that the account had: while it lives, this one does not count.
    var rival: Subscription? {
        guard let before, before.id != read.id, before.isLive, before.environment == environment else { return nil }
        return before
    }

    /// Nobody is to pay twice, and it takes a person to say for what.
    var isSecond: Bool { read.isLive && rivalNow?.isLive == true }

    /// What counts for the account: if this one is over, another that lives. Nil if it is of no plan, or the account is
    /// on another one.
    var counted: SubscriptionReading? {
        guard rivalNow?.isLive != true else { return nil }
        if !read.isLive, let other { return other }
        return plan.map { SubscriptionReading(subscription: read, plan: $0) }
    }

    /// Whether another reading was stored since this one began.
    var isStale: Bool { revision != before?.revision }

    /// Returns nil if it is stale, and all is to be read again.
    func decide() -> [PaymentEffect]? {
        guard !isStale else { return nil }
        guard let counted else { return [] }
        let subscription = subscription(after: counted)
        var effects: [PaymentEffect] = [.putSubscription(subscription), .setPlan(by: subscription)]
        if let event { effects.append(.end(event, .applied)) }
        for checkout in waiting {
            let isMade = subscription.isLive && checkout.sessionID?.hasPrefix(subscription.id + ":") == true
                && checkout.item.plan == subscription.plan
            effects.append(.move(checkout, to: isMade ? .paid : .expired))
            // Who pays for a bigger plan does not want it to end.
            if isMade, counted.subscription.cancelAt != nil {
                effects.append(.goOn(counted.subscription, for: checkout))
            }
        }
        return effects
    }

    /// Its plan is that of its price: one that costs more at once, another from the next period on, as the one before
    /// was paid for until then.
    private func subscription(after reading: SubscriptionReading) -> Subscription {
        let (read, plan) = (reading.subscription, reading.plan)
        let same = before?.id == read.id ? before : nil
        var subscription = Subscription(
            id: read.id, account: account, environment: environment, itemID: read.itemID, plan: plan.name,
            nextPlan: nil, status: read.status, periodStart: read.periodStart, periodEnd: read.periodEnd,
            cancelAt: read.cancelAt, graceUntil: nil, revision: (before?.revision ?? 0) + 1)
        if let same, let planBefore, planBefore.name != plan.name, !plan.costsMore(than: planBefore), same.isLive,
            read.periodStart <= same.periodStart {
            subscription.plan = planBefore.name
            subscription.nextPlan = plan.name
        }
        if read.status == "past_due" { subscription.graceUntil = same?.graceUntil ?? now + grace }
        return subscription
    }
}
