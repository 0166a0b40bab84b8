import SQL

/// An account's subscription, as it was last read at Stripe.
package struct Subscription: Sendable, Hashable {
    /// Stripe's.
    package let id: String
    package let account: ID<Account>
    package let environment: StripeEnvironment
    let itemID: String
    /// What is paid for in this period.
    package var plan: String
    /// From the next period on, if it is another.
    package var nextPlan: String?
    /// Stripe's name for it.
    package let status: String
    package let periodStart: Instant
    package let periodEnd: Instant
    package let cancelAt: Instant?
    /// How long it counts although it is not paid.
    package var graceUntil: Instant?
    let revision: Int

    /// Whether there is one to change, rather than a new one to begin.
    package var isLive: Bool { Subscription.isLive(status) }

    static func isLive(_ status: String) -> Bool {
        ["active", "trialing", "past_due", "unpaid", "paused"].contains(status)
    }

    /// Whether it gives its plan's limits at this instant.
    func isEntitled(at now: Instant) -> Bool {
        switch status {
        case "active", "trialing": true
        case "past_due": graceUntil.map { now < $0 } ?? false
        default: false
        }
    }

    /// When it brings credits again. Nil if it does not.
    package var renewsAt: Instant? {
        guard ["active", "trialing", "past_due"].contains(status) else { return nil }
        return cancelAt.map { $0 <= periodEnd } == true ? nil : periodEnd
    }
}
