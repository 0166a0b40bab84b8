import SQL

/// Shows an owner what became of a checkout. While it is open it is looked at in Stripe, and done what the webhook
/// would do: who comes back from the pay page need not wait for it.
package struct ReadCheckout: Sendable {
    private let billing: Billing

    package init(_ billing: Billing) {
        self.billing = billing
    }

    /// Throws `BillingError`.
    package func callAsFunction(_ id: ID<Checkout>, by actor: Actor) async throws -> Checkout {
        _ = try billing.demandOwner(actor)
        guard let checkout = try await find(id, actor.account) else { throw BillingError.checkoutNotFound }
        guard [.open, .unpaid].contains(checkout.state), let session = checkout.sessionID, session.hasPrefix("cs_")
        else { return checkout }
        do {
            _ = try await billing.applyCheckout(session)
        } catch is StripeError {
            // Its webhook will come.
            return checkout
        }
        return try await find(id, actor.account) ?? checkout
    }

    private func find(_ id: ID<Checkout>, _ account: ID<Account>) async throws -> Checkout? {
        try await billing.database.read { try $0.billing.checkout(id, of: account) }
    }
}
