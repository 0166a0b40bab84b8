package import Logging
package import SQL

/// What all payments share: Stripe, and what the operator decided.
package struct Billing: Sendable {
    let database: Database
    package let stripe: StripeClient
    /// Only Stripe signs with one of them.
    let webhookSecrets: [String]
    let rules: BillingRules
    let time: Time
    let logger: Logger

    package init(
        database: Database, stripe: StripeClient, webhookSecrets: [String], rules: BillingRules, time: Time,
        logger: Logger
    ) {
        self.database = database
        self.stripe = stripe
        self.webhookSecrets = webhookSecrets
        self.rules = rules
        self.time = time
        self.logger = logger
    }

    func demandOwner(_ actor: Actor) throws(BillingError) -> ID<User> {
        guard let user = actor.user, actor.key == nil, actor.role == .owner else { throw .notAllowed }
        return user
    }
}
