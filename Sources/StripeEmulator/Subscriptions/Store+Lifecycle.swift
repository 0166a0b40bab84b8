import Core

/// How a subscription begins, goes on and ends.
extension Store {
    /// Begins with its first invoice, and is `incomplete` until that is paid or its payment under way.
    func subscribe(
        _ customer: Customer, to prices: [(price: Price, quantity: Int64)], paying method: PaymentMethod?,
        behavior: PaymentBehavior = .allowIncomplete, metadata: [String: String] = [:], description: String? = nil,
        trialDays: Int64? = nil
    ) throws -> Subscription {
        let trialEnd = trialDays.map { now + $0 * 86_400 }
        let items = prices.map { price, quantity in
            Subscription.Item(
                id: Kind.makeID("si_"), created: now, price: price.id, quantity: quantity, periodStart: now,
                periodEnd: trialEnd ?? price.recurring.map { Period.end(of: now, anchor: now, $0) } ?? now)
        }
        var subscription = Subscription(
            id: Kind.subscription.makeID(), created: now, customer: customer.id, testClock: customer.testClock,
            currency: prices[0].price.currency, items: items, status: trialEnd == nil ? .incomplete : .trialing,
            billingAnchor: trialEnd ?? now, metadata: metadata, description: description,
            trialStart: trialEnd.map { _ in now },
            trialEnd: trialEnd, defaultPaymentMethod: method?.id)
        let invoice = invoice(
            for: subscription, .create,
            lines: try lines(of: subscription, items: items, isTrial: trialEnd != nil), email: customer.email)
        subscription.latestInvoice = invoice.id
        try transaction.insert(subscription)
        try emit("customer.subscription.created", subscription)
        var paid = try finalize(draft(invoice, staysDraft: false))
        if paid.status == .open, behavior != .defaultIncomplete { paid = try collect(paid) }
        subscription = try object(subscription.id)
        if paid.status == .paid { return subscription }
        if behavior == .errorIfIncomplete { throw APIError.declined }
        guard let intent = paid.paymentIntent, try object(intent, as: PaymentIntent.self).status == .processing else {
            return subscription
        }
        return try move(subscription, to: .active)
    }

    /// What is due: a period or a trial ends, or somebody waited too long.
    func subscriptionDue(_ subscription: Subscription) throws {
        if subscription.status == .incomplete {
            _ = try move(subscription, to: .incompleteExpired)
            if let id = subscription.latestInvoice { _ = try void(object(id)) }
        } else if let update = subscription.pendingUpdate, update.expiresAt <= now {
            var changed = subscription
            changed.pendingUpdate = nil
            try change(subscription, to: changed, "customer.subscription.pending_update_expired")
            _ = try void(object(update.invoice))
        } else if subscription.cancelAt ?? .max <= now {
            _ = try end(subscription, reason: "cancellation_requested")
        } else {
            try renew(subscription)
        }
    }

    /// The next period begins at once; its invoice is a draft for a while, with what waited for it.
    private func renew(_ old: Subscription) throws {
        var subscription = old
        subscription.status = old.status == .trialing ? .active : old.status
        for index in subscription.items.indices {
            let (price, start) = (try object(old.items[index].price, as: Price.self), old.items[index].periodEnd)
            guard let recurring = price.recurring else { continue }
            subscription.items[index].periodStart = start
            subscription.items[index].periodEnd = Period.end(of: start, anchor: old.billingAnchor, recurring)
        }
        let customer: Customer = try object(old.customer)
        let lines = try old.pendingLines + lines(of: subscription, items: subscription.items)
        let invoice = invoice(for: old, .cycle, lines: lines, email: customer.email)
        subscription.pendingLines = []
        subscription.latestInvoice = invoice.id
        try change(old, to: subscription, "customer.subscription.updated")
        _ = try draft(invoice, staysDraft: true)
    }

    @discardableResult
    func end(_ old: Subscription, reason: String) throws -> Subscription {
        var subscription = old
        subscription.status = .canceled
        subscription.canceledAt = old.canceledAt ?? now
        subscription.endedAt = now
        subscription.endReason = reason
        subscription.pendingUpdate = nil
        try transaction.update(subscription)
        try emit("customer.subscription.deleted", subscription)
        for var invoice in try transaction.objects(Invoice.self, of: old.customer).map(\.object)
        where invoice.subscription == old.id && invoice.nextAttempt != nil {
            invoice.nextAttempt = nil
            try transaction.update(invoice)
        }
        return subscription
    }

    func move(_ old: Subscription, to status: Subscription.Status) throws -> Subscription {
        var subscription = old
        subscription.status = status
        if status.isFinal { subscription.endedAt = now }
        try change(old, to: subscription, "customer.subscription.updated")
        return subscription
    }
}

// MARK: - What becomes of its invoices

extension Store {
    func invoicePaid(_ invoice: Invoice) throws {
        guard let subscription = try subscription(of: invoice) else { return }
        if let update = subscription.pendingUpdate, update.invoice == invoice.id {
            var changed = subscription
            changed.items = update.items
            changed.pendingUpdate = nil
            try change(subscription, to: changed, "customer.subscription.updated")
            try emit("customer.subscription.pending_update_applied", changed)
        } else if [.incomplete, .pastDue, .unpaid].contains(subscription.status),
            subscription.latestInvoice == invoice.id {
            _ = try move(subscription, to: .active)
        }
    }

    /// - Parameter isLast: Whether nothing more is tried.
    func invoiceFailed(_ invoice: Invoice, isLast: Bool) throws {
        guard let subscription = try subscription(of: invoice), subscription.pendingUpdate?.invoice != invoice.id else {
            return
        }
        if isLast {
            try end(subscription, reason: "payment_failed")
        } else if subscription.status == .active || subscription.status == .trialing {
            _ = try move(subscription, to: .pastDue)
        }
    }

    func invoiceVoided(_ invoice: Invoice) throws {
        guard let subscription = try subscription(of: invoice) else { return }
        if subscription.pendingUpdate?.invoice == invoice.id {
            var changed = subscription
            changed.pendingUpdate = nil
            try change(subscription, to: changed, "customer.subscription.updated")
        } else if subscription.latestInvoice == invoice.id {
            switch subscription.status {
            case .pastDue: _ = try move(subscription, to: .active)
            case .incomplete: _ = try move(subscription, to: .incompleteExpired)
            default: break
            }
        }
    }

    private func subscription(of invoice: Invoice) throws -> Subscription? {
        guard let id = invoice.subscription, let subscription: Subscription = try transaction.object(id) else {
            return nil
        }
        return subscription.status.isFinal ? nil : subscription
    }
}

// MARK: - What is on its invoices

extension Store {
    /// An invoice's own period is the one that is over; what it bills is in its lines.
    func invoice(
        for subscription: Subscription, _ reason: Invoice.Reason, lines: [Invoice.Line], email: String?
    ) -> Invoice {
        let isRenewal = reason == .cycle
        return Invoice(
            id: Kind.invoice.makeID(), created: now, customer: subscription.customer, email: email,
            testClock: subscription.testClock, subscription: subscription.id,
            subscriptionMetadata: subscription.metadata, reason: reason, currency: subscription.currency, lines: lines,
            periodStart: isRenewal ? subscription.periodStart : now,
            periodEnd: isRenewal ? subscription.periodEnd : now)
    }

    func lines(
        of subscription: Subscription, items: [Subscription.Item], isTrial: Bool = false
    ) throws -> [Invoice.Line] {
        try items.map { item in
            let price: Price = try object(item.price)
            let name = try object(price.product, as: Product.self).name
            let rhythm = Amount.text(price.unitAmount, price.currency)
                + (price.recurring.map { " / \($0.interval.rawValue)" } ?? "")
            return Invoice.Line(
                id: Kind.makeID("il_"), amount: isTrial ? 0 : price.unitAmount * item.quantity,
                description: isTrial ? "Trial period for \(name)" : "\(item.quantity) × \(name) (at \(rhythm))",
                price: price.id, product: price.product, unitAmount: isTrial ? 0 : price.unitAmount,
                quantity: item.quantity, periodStart: item.periodStart, periodEnd: item.periodEnd, isProration: false,
                subscription: subscription.id,
                subscriptionItem: item.id, invoiceItem: nil)
        }
    }
}
