import Core

extension Renderer {
    func json(_ subscription: Subscription) throws -> JSON {
        let items = try subscription.items.map { try self.json($0, of: subscription) }
        let json: JSON = [
            "id": .string(subscription.id), "object": "subscription", "created": .integer(subscription.created),
            "livemode": false, "customer": .string(subscription.customer), "currency": .string(subscription.currency),
            "status": .string(subscription.status.rawValue), "metadata": .of(subscription.metadata),
            "description": .of(subscription.description), "collection_method": "charge_automatically",
            "items": .list(items, at: "/v1/subscription_items?subscription=\(subscription.id)"),
            "billing_cycle_anchor": .integer(subscription.billingAnchor), "start_date": .integer(subscription.created),
            "cancel_at": .of(subscription.cancelAt), "cancel_at_period_end": .bool(subscription.cancelsAtPeriodEnd),
            "canceled_at": .of(subscription.canceledAt), "ended_at": .of(subscription.endedAt),
            "cancellation_details": ["comment": nil, "feedback": nil, "reason": .of(subscription.endReason)],
            "trial_start": .of(subscription.trialStart), "trial_end": .of(subscription.trialEnd),
            "latest_invoice": .of(subscription.latestInvoice),
            "default_payment_method": .of(subscription.defaultPaymentMethod),
            "pending_update": try pendingUpdate(of: subscription), "pending_setup_intent": nil, "pause_collection": nil,
            "schedule": nil, "default_source": nil, "default_tax_rates": [], "discounts": [], "days_until_due": nil,
            "application": nil, "application_fee_percent": nil, "on_behalf_of": nil, "transfer_data": nil,
            "test_clock": .of(subscription.testClock),
            "automatic_tax": ["enabled": false, "liability": nil, "disabled_reason": nil],
            "payment_settings": [
                "payment_method_options": nil, "payment_method_types": nil, "save_default_payment_method": "off",
            ],
        ]
        if version.isBeforeBasil {
            let plan: JSON? = items.count == 1 ? items[0]["plan"] : nil
            return json.merging([
                "current_period_start": .integer(subscription.periodStart),
                "current_period_end": .integer(subscription.periodEnd), "plan": plan ?? nil,
                "quantity": .of(subscription.items.first?.quantity), "discount": nil,
            ])
        }
        return json.merging(["billing_mode": ["type": "flexible", "flexible": ["proration_discounts": "included"]]])
    }

    private func json(_ item: Subscription.Item, of subscription: Subscription) throws -> JSON {
        let price: Price? = try transaction.object(item.price)
        let json: JSON = [
            "id": .string(item.id), "object": "subscription_item", "created": .integer(item.created),
            "subscription": .string(subscription.id), "quantity": .integer(item.quantity), "metadata": [:],
            "tax_rates": [], "discounts": [], "billing_thresholds": nil, "price": price.map { self.json($0) } ?? nil,
            "plan": price.map { plan($0) } ?? nil,
        ]
        if version.isBeforeBasil { return json }
        return json.merging(
            ["current_period_start": .integer(item.periodStart), "current_period_end": .integer(item.periodEnd)])
    }

    private func pendingUpdate(of subscription: Subscription) throws -> JSON {
        guard let update = subscription.pendingUpdate else { return nil }
        return [
            "expires_at": .integer(update.expiresAt), "billing_cycle_anchor": nil, "trial_end": nil,
            "trial_from_plan": nil,
            "subscription_items": .array(try update.items.map { try json($0, of: subscription) }),
        ]
    }
}
