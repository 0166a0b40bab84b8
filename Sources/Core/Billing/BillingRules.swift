/// What an operator decides about money.
package struct BillingRules: Sendable {
    /// How long a subscription whose payment failed keeps its limits.
    package var grace: Duration
    package var hold: HoldPolicy
    package var trial: TrialCredits
    /// How long a webhook waits for its effect; after that a scheduled task applies it.
    package var webhookTimeout: Duration

    package init(
        grace: Duration = .seconds(7 * 86_400), hold: HoldPolicy = .dispute, trial: TrialCredits = .share,
        webhookTimeout: Duration = .seconds(8)
    ) {
        self.grace = grace
        self.hold = hold
        self.trial = trial
        self.webhookTimeout = webhookTimeout
    }
}

/// What a plan's trial brings.
package enum TrialCredits: String, Sendable, CaseIterable {
    /// The share of a month's credits that it spans, once for an account.
    case share
    case none
}
