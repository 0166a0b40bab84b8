import Logging
import SQL

extension Billing {
    /// Does what a Checkout Session, as it is read now, asks for. Answers whether it is about one of ours.
    ///
    /// - Parameters:
    ///   - hasFailed: A payment that takes days was refused, says an event.
    ///   - event: Ended in the same transaction.
    func applyCheckout(_ session: String, hasFailed: Bool = false, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
        guard let session = StripeSession(try await stripe.get("/checkout/sessions/\(session.percentEncoded)")) else {
            throw StripeError.unavailable("a session that cannot be read")
        }
        guard let checkout = try await checkout(of: session) else { return false }
        if checkout.item.pack != nil {
            try await settle(checkout, session, hasFailed: hasFailed, ending: event)
        } else {
            try await settlePlan(checkout, session, hasFailed: hasFailed, ending: event)
        }
        return true
    }

    /// Ours, and for what it was sold for: else whoever can make sessions in this Stripe account could name any of ours.
    private func checkout(of session: StripeSession) async throws -> Checkout? {
        let realm = stripe.realm
        guard let id = session.checkout, let checkout = try await database.read({ try $0.checkout(id) }), checkout.realm == realm,
            checkout.sessionID.map({ $0 == session.id }) ?? true
        else { return nil }
        guard session.subtotal == checkout.price || !session.isComplete else {
            logger.error("a checkout was paid otherwise than it was sold", metadata: ["checkout": "\(id)", "session": "\(session.id)"])
            return nil
        }
        return checkout
    }

    private func settle(_ checkout: Checkout, _ session: StripeSession, hasFailed: Bool, ending event: ID<StripeEvent>?) async throws {
        let (now, policy, realm) = (time.now(), rules.hold, stripe.realm)
        let hasQueued = try await database.write(of: checkout.account) { transaction in
            guard let checkout = try transaction.checkout(checkout.id) else { return false }
            var hasQueued = false
            if session.isComplete, session.payment != .unpaid {
                let purchase = NewPurchase(
                    account: checkout.account, source: .checkout, key: "checkout:\(session.id)", item: checkout.item,
                    credits: checkout.credits, paid: session.total ?? checkout.price, realm: realm, paymentIntent: session.paymentIntent,
                    expiresAt: nil)
                hasQueued = try transaction.book(purchase, policy, now: now)
            }
            try transaction.move(checkout, with: session, hasFailed: hasFailed, ending: event, now: now)
            return hasQueued
        }
        if hasQueued { wakeUp.jobs(of: checkout.account) }
    }

    /// A plan's credits come with its invoice, and its limits with its subscription: both are looked at now, since their
    /// own events may come later.
    private func settlePlan(_ checkout: Checkout, _ session: StripeSession, hasFailed: Bool, ending event: ID<StripeEvent>?) async throws {
        if let subscription = session.subscription { _ = try await applySubscription(subscription, of: checkout.account) }
        if let invoice = session.invoice { _ = try await applyInvoice(invoice) }
        let now = time.now()
        try await database.write(of: checkout.account) { transaction in
            guard let checkout = try transaction.checkout(checkout.id) else { return }
            try transaction.move(checkout, with: session, hasFailed: hasFailed, ending: event, now: now)
        }
    }
}

extension Transaction {
    fileprivate func move(
        _ checkout: Checkout, with session: StripeSession, hasFailed: Bool, ending event: ID<StripeEvent>?, now: Instant
    ) throws(DatabaseError) {
        if session.isComplete, session.payment != .unpaid {
            try move(checkout, to: .paid, now: now)
        } else if session.isExpired {
            try move(checkout, to: .expired, now: now)
        } else if session.isComplete {
            try move(checkout, to: hasFailed ? .failed : .unpaid, now: now)
        }
        if checkout.sessionID == nil { try setSession(session.id, url: session.url, of: checkout.id) }
        if let event { try end(event, .applied, now: now) }
    }
}
