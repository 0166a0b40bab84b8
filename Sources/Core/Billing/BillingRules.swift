/// What an operator decides about money.
package struct BillingRules: Sendable {
    /// How long a subscription whose payment failed keeps its limits.
    package var grace: Duration
    package var hold: HoldPolicy
    /// For as long a webhook waits for its effect; beyond, a duty sees to it.
    package var patience: Duration

    package init(grace: Duration = .seconds(7 * 86_400), hold: HoldPolicy = .dispute, patience: Duration = .seconds(8)) {
        self.grace = grace
        self.hold = hold
        self.patience = patience
    }
}
