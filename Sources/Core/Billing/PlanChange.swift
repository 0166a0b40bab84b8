import SQL

/// How a subscription is brought to another plan: to a dearer one now, for the rest of the period, and to another at its
/// next period, without a bill.
struct PlanChange: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        /// Nothing is billed: the period was paid for.
        case switchPrice(to: Plan)
        /// The difference is billed now, or nothing changes.
        case upgrade(to: Plan)
        /// It was to end, and is not to any more.
        case goOn
    }

    let subscription: Subscription
    let steps: [Step]

    init(of subscription: Subscription, from current: Plan, to wanted: Plan, now: Instant) throws(BillingError) {
        guard subscription.isEntitled(at: now), subscription.status != "past_due" else { throw .subscriptionUnpaid }
        self.subscription = subscription
        var steps: [Step] = subscription.cancelAt == nil ? [] : [.goOn]
        if wanted.name == current.name {
            if subscription.nextPlan != nil { steps.append(.switchPrice(to: current)) }
        } else if wanted.isDearer(than: current) {
            // The difference is reckoned from what was paid for, not from what was to come.
            if subscription.nextPlan != nil { steps.append(.switchPrice(to: current)) }
            steps.append(.upgrade(to: wanted))
        } else if wanted.name != subscription.nextPlan {
            steps.append(.switchPrice(to: wanted))
        }
        guard !steps.isEmpty else { throw .planInForce(wanted.name) }
        self.steps = steps
    }
}

extension Billing {
    /// Answers the checkout: paid where the change is made, open with an address where its payment needs its payer.
    func change(_ change: PlanChange, for checkout: Checkout) async throws -> Checkout {
        let path = "/subscriptions/\(change.subscription.id.percentEncoded)"
        for (number, step) in change.steps.enumerated() {
            _ = try await stripe.post(path, try await form(step, change.subscription), key: "change-\(checkout.id)-\(number)")
        }
        let read = StripeSubscription(try await stripe.get(path))
        _ = try await applySubscription(change.subscription.id)
        var url: String?
        if let invoice = read?.latestInvoice {
            _ = try await applyInvoice(invoice)
            if read?.isUpdatePending == true {
                url = try await stripe.get("/invoices/\(invoice.percentEncoded)")["hosted_invoice_url"]?.string
            }
        }
        let (now, isPending, address) = (time.now(), read?.isUpdatePending == true, url)
        return try await database.write(of: checkout.account) { transaction in
            if isPending {
                try transaction.setSession("\(change.subscription.id):\(checkout.id)", url: address, of: checkout.id)
            } else {
                try transaction.move(checkout, to: .paid, now: now)
            }
            return try transaction.checkout(checkout.id) ?? checkout
        }
    }

    private func form(_ step: PlanChange.Step, _ subscription: Subscription) async throws -> StripeForm {
        switch step {
        case .goOn:
            return ["cancel_at_period_end": false]
        case .switchPrice(let plan):
            return ["items": [["id": .text(subscription.itemID), "price": .text(try await price(of: plan))]], "proration_behavior": "none"]
        case .upgrade(let plan):
            return [
                "items": [["id": .text(subscription.itemID), "price": .text(try await price(of: plan))]],
                "proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete",
            ]
        }
    }

    private func price(of plan: Plan) async throws -> String {
        guard let offer = plan.offer else { throw BillingError.noSuchItem(.plan(plan.name)) }
        return try await price(of: offer)
    }
}
