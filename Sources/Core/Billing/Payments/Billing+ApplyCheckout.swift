import Logging
import SQL

extension Billing {
    /// Does what a Checkout Session, as it is read now, asks for. Returns whether it is about a checkout of this
    /// server.
    ///
    /// - Parameters:
    ///   - hasFailed: An event says so: a payment that takes days was refused.
    ///   - event: Ended in the same transaction.
    func applyCheckout(
        _ id: String, hasFailed: Bool = false, ending event: ID<StripeEvent>? = nil
    ) async throws -> Bool {
        guard let session = StripeSession(try await stripe.get("/checkout/sessions/\(id.percentEncoded)")) else {
            throw StripeError.unavailable("the checkout session in the response is not readable")
        }
        let facts = CheckoutFacts(
            session: session, environment: stripe.environment, hasFailed: hasFailed, event: event,
            checkout: try await checkout(session.checkout))
        switch facts.sale {
        case .notOurs: return false
        case .paidOtherwise(let checkout):
            logger.error("checkout not applied: its payment differs from the order", metadata: [
                "checkout": "\(checkout.id)", "session": "\(session.id)",
            ])
            return false
        case .ours(let checkout):
            if checkout.item.plan != nil { try await applyPlan(session, of: checkout.account) }
            try await settle(checkout.account) { transaction, _ in
                var facts = facts
                facts.checkout = try transaction.billing.checkout(checkout.id)
                facts.isBooked = try transaction.billing.isBooked(facts.purchase)
                return facts.decide()
            }
            return true
        }
    }

    private func checkout(_ id: ID<Checkout>?) async throws -> Checkout? {
        guard let id else { return nil }
        return try await database.read { try $0.billing.checkout(id) }
    }

    /// A plan's credits come with its invoice, and its limits with its subscription: both are applied now, since their
    /// own events may come later.
    private func applyPlan(_ session: StripeSession, of account: ID<Account>) async throws {
        if let subscription = session.subscription { _ = try await applySubscription(subscription, of: account) }
        if let invoice = session.invoice { _ = try await applyInvoice(invoice) }
    }
}
