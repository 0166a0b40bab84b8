import SQL

/// Sends somebody to Stripe's pay page for a pack or a plan. What it costs comes from our catalog. A row of its own is
/// there first, so that whatever is lost on the way is found again by its id. An account that has a subscription
/// changes it instead, and needs no page as a rule.
package struct StartCheckout: Sendable {
    package struct Request: Sendable, Hashable {
        package let item: Item
        package let successURL: String?
        package let cancelURL: String?

        package init(item: Item, successURL: String? = nil, cancelURL: String? = nil) {
            self.item = item
            self.successURL = successURL
            self.cancelURL = cancelURL
        }
    }

    private let billing: Billing
    private let addresses: ReturnAddresses

    package init(_ billing: Billing, addresses: ReturnAddresses) {
        self.billing = billing
        self.addresses = addresses
    }

    /// Throws `BillingError`. The same key again goes on with the same checkout, wherever it broke off; then it is not
    /// new.
    package func callAsFunction(
        _ request: Request, by actor: Actor, idempotency: Idempotency? = nil
    ) async throws -> (checkout: Checkout, isNew: Bool) {
        let user = try billing.demandOwner(actor)
        let success = try addresses.check(request.successURL, field: "successUrl", otherwise: "/?checkout=done")
        let cancel = try addresses.check(request.cancelURL, field: "cancelUrl", otherwise: "/?checkout=cancelled")
        let (checkout, isNew) = try await begin(request.item, by: user, of: actor.account, idempotency)
        guard checkout.state == .open, checkout.sessionID == nil else { return (checkout, isNew) }
        do {
            return (try await goOn(with: checkout, success: success, cancel: cancel), isNew)
        } catch let error as StripeError {
            throw BillingError.stripe(error)
        } catch BillingError.planInForce where !isNew {
            // It was changed before, and the response was lost.
            return (try await billing.markPaid(checkout), isNew)
        }
    }

    private func goOn(with checkout: Checkout, success: String, cancel: String) async throws -> Checkout {
        if checkout.item.plan != nil { try await billing.expirePlanCheckouts(of: checkout) }
        if let change = try await planChange(checkout) { return try await billing.change(change, for: checkout) }
        return try await open(checkout, success: success, cancel: cancel)
    }

    private func begin(
        _ item: Item, by user: ID<User>, of account: ID<Account>, _ idempotency: Idempotency?
    ) async throws -> (checkout: Checkout, isNew: Bool) {
        let (now, environment) = (billing.time.now(), billing.stripe.environment)
        return try await billing.database.write(of: account) { transaction in
            if let idempotency {
                let since = now - Idempotency.lifetime
                if let begun = try transaction.billing.checkout(withKey: idempotency.key, of: account, since: since) {
                    guard idempotency.isSame(as: begun.bodyHash) else { throw IdempotencyError.keyReused }
                    return (begun, false)
                }
            }
            guard let offer = try transaction.billing.offer(item)
                ?? transaction.billing.offer(inForce: item, of: account, in: environment)
            else { throw BillingError.noSuchItem(item) }
            let checkout = Checkout(
                id: .make(at: now), account: account, createdBy: user, environment: environment, item: item,
                credits: offer.credits, price: offer.price, state: .open, sessionID: nil, url: nil,
                bodyHash: idempotency?.bodyHash, createdAt: now)
            if let idempotency { try transaction.billing.freeCheckoutKey(idempotency.key, of: account) }
            try transaction.billing.insert(checkout, idempotencyKey: idempotency?.key)
            return (checkout, true)
        }
    }

    /// Nil if there is no subscription to change. What is known of it may be a period old, so Stripe is asked first.
    private func planChange(_ checkout: Checkout) async throws -> PlanChange? {
        guard let name = checkout.item.plan else { return nil }
        let (environment, now) = (billing.stripe.environment, billing.time.now())
        guard let known = try await billing.subscription(of: checkout.account), known.isLive,
            known.environment == environment
        else { return nil }
        _ = try await billing.applySubscription(known.id, of: checkout.account)
        let found = try await billing.database.read { transaction in
            let subscription = try transaction.billing.subscription(of: checkout.account)
            return (
                subscription, try subscription.flatMap { try transaction.billing.planAsSold($0.plan, in: environment) },
                try transaction.billing.planAsSold(name, in: environment)
            )
        }
        guard let subscription = found.0, subscription.isLive, subscription.environment == environment,
            let current = found.1, let wanted = found.2
        else { return nil }
        return try PlanChange(of: subscription, from: current, to: wanted, now: now)
    }

    private func open(_ checkout: Checkout, success: String, cancel: String) async throws -> Checkout {
        let offer = Offer(
            item: checkout.item, title: try await title(of: checkout.item), credits: checkout.credits,
            price: checkout.price)
        let made = try await billing.withPrice(of: offer) { price in
            try await billing.withCustomer(of: checkout.account) { customer in
                try await session(for: checkout, customer, price, success: success, cancel: cancel)
            }
        }
        let opened = try await billing.database.write(of: checkout.account) { transaction in
            try transaction.billing.setSession(made.id, url: made.url, of: checkout.id)
            return try transaction.billing.checkout(checkout.id) ?? checkout
        }
        // One that was begun beside it may have been opened meanwhile: two that are paid are two subscriptions.
        if checkout.item.plan != nil { try await billing.expirePlanCheckouts(of: checkout) }
        return opened
    }

    private func session(
        for checkout: Checkout, _ customer: String, _ price: String, success: String, cancel: String
    ) async throws -> StripeSession {
        let names: StripeForm = ["checkout": .text(checkout.id.rawValue), "account": .text(checkout.account.rawValue)]
        let isPack = checkout.item.pack != nil
        let made = try await billing.stripe.post("/checkout/sessions", [
            "mode": isPack ? "payment" : "subscription", "customer": .text(customer),
            "line_items": [["price": .text(price), "quantity": 1]],
            "client_reference_id": .text(checkout.id.rawValue), "metadata": names,
            "payment_intent_data": isPack ? ["metadata": names] : nil,
            "subscription_data": isPack ? nil : ["metadata": names],
            "success_url": .text(success), "cancel_url": .text(cancel),
        ], key: "checkout-\(checkout.id)-\(customer)-\(price)")
        guard let session = StripeSession(made) else {
            throw StripeError.unavailable("the checkout session in the response is not readable")
        }
        return session
    }

    private func title(of item: Item) async throws -> String {
        try await billing.database.read { try $0.billing.offer(item)?.title } ?? item.description
    }
}

extension Billing {
    /// Pay pages for plans that the account has open besides: who paid two of them would have two subscriptions.
    fileprivate func expirePlanCheckouts(of checkout: Checkout) async throws {
        let (environment, now) = (stripe.environment, time.now())
        let open = try await database.read {
            try $0.billing.openPlanCheckouts(of: checkout.account, environment: environment)
        }
        for left in open where left.id != checkout.id {
            guard let session = left.sessionID else { continue }
            try await expire(session, of: left.id)
            do {
                _ = try await applyCheckout(session)
            } catch let error as StripeError {
                guard error.isMissing else { throw error }
                try await database.write(of: left.account) { try $0.billing.move(left, to: .expired, now: now) }
            }
        }
    }

    /// Nothing to do if it is paid or expired already.
    private func expire(_ session: String, of checkout: ID<Checkout>) async throws(StripeError) {
        do {
            _ = try await stripe.post(
                "/checkout/sessions/\(session.percentEncoded)/expire", StripeForm(), key: "expire-\(checkout)")
        } catch {
            guard case .refused = error else { throw error }
        }
    }
}
