import SQL

/// How a subscription is brought to another plan: to one that costs more now, for the rest of the period, and to
/// another at its next period, without a bill.
struct PlanChange: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        /// Nothing is billed: the period was paid for.
        case switchPrice(to: Plan)
        /// The difference is billed now, or nothing changes: then the plan that was to come is to come again.
        case upgrade(to: Plan, instead: String?)
        /// It was to end, and is not to any more.
        case goOn
    }

    /// What a change is billed: nothing if it begins with the next period.
    struct Bill: Sendable, Hashable {
        let amount: Int64
        /// Of the purchase that it is, if it brings credits.
        var key: String?
    }

    let subscription: Subscription
    let steps: [Step]

    var isBilled: Bool { steps.contains { if case .upgrade = $0 { true } else { false } } }

    init(of subscription: Subscription, from current: Plan, to wanted: Plan, now: Instant) throws(BillingError) {
        guard subscription.isEntitled(at: now), subscription.status != "past_due" else { throw .subscriptionUnpaid }
        self.subscription = subscription
        var steps: [Step] = []
        if wanted.name == current.name {
            if subscription.nextPlan != nil { steps.append(.switchPrice(to: current)) }
        } else if wanted.costsMore(than: current) {
            // The difference is computed from what was paid for, not from what was to come.
            if subscription.nextPlan != nil { steps.append(.switchPrice(to: current)) }
            steps.append(.upgrade(to: wanted, instead: subscription.nextPlan))
        } else if wanted.name != subscription.nextPlan {
            steps.append(.switchPrice(to: wanted))
        }
        // At last, so that a change that fails leaves an end that was asked for.
        if subscription.cancelAt != nil { steps.append(.goOn) }
        guard !steps.isEmpty else { throw .planInForce(wanted.name) }
        self.steps = steps
    }
}

extension Billing {
    /// Returns the checkout: paid if the change is made, open with an address if its payment needs its payer.
    func change(_ change: PlanChange, for checkout: Checkout) async throws -> Checkout {
        let id = change.subscription.id
        for step in change.steps where try await !take(step, change.subscription, for: checkout) {
            return try await wait(for: id, checkout)
        }
        let invoice = try await readSubscription(id).latestInvoice
        if let invoice { _ = try await applyInvoice(invoice) }
        _ = try await applySubscription(id, of: checkout.account)
        let bill = change.isBilled ? try await readBill(invoice) : nil
        return try await markPaid(checkout, bill ?? PlanChange.Bill(amount: 0))
    }

    /// - Parameter bill: Nil if it is not known, since the response to the change was lost.
    func markPaid(_ checkout: Checkout, _ bill: PlanChange.Bill? = nil) async throws -> Checkout {
        let now = time.now()
        return try await database.write(of: checkout.account) { transaction in
            if let bill { try transaction.billing.set(bill, of: checkout.id) }
            try transaction.billing.move(checkout, to: .paid, now: now)
            return try transaction.billing.checkout(checkout.id) ?? checkout
        }
    }

    /// Nil if the subscription's last invoice is not about a change within a period.
    private func readBill(_ invoice: String?) async throws -> PlanChange.Bill? {
        guard let id = invoice, let invoice = StripeInvoice(try await stripe.get("/invoices/\(id.percentEncoded)")),
            invoice.lines.contains(where: \.isProration)
        else { return nil }
        return PlanChange.Bill(amount: invoice.paid.amount, key: "invoice:\(id)")
    }

    /// Returns whether it is made; else its payment needs its payer.
    private func take(
        _ step: PlanChange.Step, _ subscription: Subscription, for checkout: Checkout
    ) async throws -> Bool {
        switch step {
        case .goOn: try await goOn(try await readSubscription(subscription.id), for: checkout)
        case .switchPrice(let plan): try await switchPrice(of: subscription, to: plan, "\(checkout.id)-\(plan.name)")
        case .upgrade(let plan, let next):
            do {
                return try await upgrade(subscription, to: plan, for: checkout)
            } catch let error as StripeError {
                // What was to come comes all the same. If Stripe is unavailable, the same key goes on.
                if case .refused = error, let next, let plan = try await self.plan(next) {
                    try await switchPrice(of: subscription, to: plan, "\(checkout.id)-back")
                }
                throw error
            }
        }
        return true
    }

    /// Undoes the end of a subscription, in the way in which it was set: the portal may name an instant.
    func goOn(_ subscription: StripeSubscription, for checkout: Checkout) async throws {
        guard subscription.cancelAt != nil else { return }
        let form: StripeForm = subscription.endsByFlag ? ["cancel_at_period_end": false] : ["cancel_at": ""]
        _ = try await stripe.post(
            "/subscriptions/\(subscription.id.percentEncoded)", form, key: "change-\(checkout.id)-go-on")
    }

    /// Nothing is billed: the period was paid for.
    private func switchPrice(of subscription: Subscription, to plan: Plan, _ key: String) async throws {
        _ = try await withPrice(of: plan) { price in
            try await stripe.post("/subscriptions/\(subscription.id.percentEncoded)", [
                "items": [["id": .text(subscription.itemID), "price": .text(price)]], "proration_behavior": "none",
            ], key: "change-\(key)-\(price)")
        }
    }

    /// The difference is billed now. If the card's owner has to agree, the change waits for that.
    private func upgrade(_ subscription: Subscription, to plan: Plan, for checkout: Checkout) async throws -> Bool {
        let changed = try await withPrice(of: plan) { price in
            try await stripe.post("/subscriptions/\(subscription.id.percentEncoded)", [
                "items": [["id": .text(subscription.itemID), "price": .text(price)]],
                "proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete",
            ], key: "change-\(checkout.id)-up-\(price)")
        }
        return StripeSubscription(changed)?.isUpdatePending != true
    }

    /// The checkout with the bill's address, until the subscription is read with its change made, or given up.
    private func wait(for subscription: String, _ checkout: Checkout) async throws -> Checkout {
        var found: (url: String?, bill: PlanChange.Bill?) = (nil, nil)
        if let id = try await readSubscription(subscription).latestInvoice {
            let invoice = try await stripe.get("/invoices/\(id.percentEncoded)")
            found.url = invoice["hosted_invoice_url"]?.string
            found.bill = invoice["amount_due"]?.amount.map { PlanChange.Bill(amount: $0, key: "invoice:\(id)") }
        }
        let (url, bill) = found
        let stored = try await database.write(of: checkout.account) { transaction in
            try transaction.billing.setSession("\(subscription):\(checkout.id)", url: url, of: checkout.id)
            if let bill { try transaction.billing.set(bill, of: checkout.id) }
            return try transaction.billing.checkout(checkout.id) ?? checkout
        }
        _ = try await applySubscription(subscription, of: checkout.account)
        return try await database.read { try $0.billing.checkout(checkout.id) } ?? stored
    }

    /// Does something with Stripe's price for a plan.
    private func withPrice(of plan: Plan, _ body: (_ price: String) async throws -> JSON) async throws -> JSON {
        guard let offer = plan.offer else { throw BillingError.noSuchItem(.plan(plan.name)) }
        return try await withPrice(of: offer, body)
    }

    private func plan(_ name: String) async throws -> Plan? {
        let environment = stripe.environment
        return try await database.read { try $0.billing.planAsSold(name, in: environment) }
    }
}
