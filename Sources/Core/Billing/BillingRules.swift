/// What an operator decides about money.
package struct BillingRules: Sendable {
    /// How long a subscription whose payment failed keeps its limits.
    package var grace: Duration
    package var hold: HoldPolicy
    /// How long a webhook waits for its effect; after that a scheduled task applies it.
    package var webhookTimeout: Duration

    package init(
        grace: Duration = .seconds(7 * 86_400), hold: HoldPolicy = .dispute, webhookTimeout: Duration = .seconds(8)
    ) {
        self.grace = grace
        self.hold = hold
        self.webhookTimeout = webhookTimeout
    }
}
