import Core

enum ProrationBehavior: String, Sendable, CaseIterable {
    case createProrations = "create_prorations"
    case alwaysInvoice = "always_invoice"
    case none
}

extension Store {
    func updateSubscription(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow(
            "items", "metadata", "description", "default_payment_method", "cancel_at_period_end", "cancel_at",
            "cancellation_details",
            "proration_behavior", "payment_behavior", "proration_date", "billing_cycle_anchor")
        let old: Subscription = try object(call.id)
        guard !old.status.isFinal else {
            throw APIError.invalid(
                nil, "A canceled subscription can only update its cancellation_details and metadata.")
        }
        let store = try following(old.testClock)
        var subscription = old
        try store.read(parameters, into: &subscription)
        let startsNewPeriod = try store.startsNewPeriod(parameters)
        let items = try parameters.parts("items", limit: 20).map { try store.items($0, of: subscription) }
        if items != nil || startsNewPeriod {
            try store.change(
                old, to: subscription, items: items ?? old.items, startsNewPeriod: startsNewPeriod,
                proration: parameters.choice("proration_behavior") ?? .createProrations,
                payment: parameters.choice("payment_behavior") ?? .allowIncomplete,
                prorationDate: parameters.instant("proration_date"))
        } else {
            try store.change(old, to: subscription, "customer.subscription.updated")
        }
        return try renderer.json(object(call.id, as: Subscription.self))
    }

    private func read(_ parameters: Parameters, into subscription: inout Subscription) throws {
        subscription.metadata = try parameters.metadata(subscription.metadata)
        if parameters.has("description") { subscription.description = try parameters.text("description") }
        if let method = try parameters.text("default_payment_method") {
            subscription.defaultPaymentMethod = try attach(
                method, to: object(subscription.customer), param: "default_payment_method").id
        }
        if let ends = try parameters.bool("cancel_at_period_end") { setEnd(ends, of: &subscription) }
        if parameters.has("cancel_at") {
            subscription.cancelAt = try parameters.instant("cancel_at")
            subscription.cancelsAtPeriodEnd = false
            subscription.canceledAt = subscription.cancelAt.map { _ in now }
        }
        guard let end = subscription.cancelAt else { return subscription.endReason = nil }
        guard end > now else { throw APIError.invalid("cancel_at", "cancel_at must be in the future.") }
        subscription.endReason = "cancellation_requested"
    }

    func setEnd(_ ends: Bool, of subscription: inout Subscription) {
        subscription.cancelsAtPeriodEnd = ends
        subscription.cancelAt = ends ? subscription.periodEnd : nil
        subscription.canceledAt = ends ? now : nil
        subscription.endReason = ends ? "cancellation_requested" : nil
    }

    /// Endive has an object for the anchor; older versions have a string.
    private func startsNewPeriod(_ parameters: Parameters) throws -> Bool {
        guard parameters.has("billing_cycle_anchor") else { return false }
        let type = parameters.form["billing_cycle_anchor"]?.text
            ?? parameters.form["billing_cycle_anchor"]?["type"]?.text
        switch type {
        case "now": return true
        case "unchanged": return false
        default:
            throw APIError.invalid(
                "billing_cycle_anchor", "The Stripe emulator supports only the anchors `now` and `unchanged`.")
        }
    }

    /// The items after the request: one that it names is changed, one without a name is added, the others stay.
    private func items(_ parts: [Parameters], of subscription: Subscription) throws -> [Subscription.Item] {
        var items = subscription.items
        for part in parts {
            try part.allow("id", "price", "price_data", "quantity", "deleted", "metadata")
            guard let id = try part.text("id") else {
                let price = try price(part, of: subscription)
                items.append(.init(
                    id: Kind.makeID("si_"), created: now, price: price.id, quantity: try part.integer("quantity") ?? 1,
                    periodStart: subscription.periodStart, periodEnd: subscription.periodEnd))
                continue
            }
            guard let place = items.firstIndex(where: { $0.id == id }) else {
                throw APIError.invalid(
                    part.name("id"), "No such subscription item: '\(id.excerpt)'", code: "resource_missing")
            }
            if try part.bool("deleted") == true {
                items.remove(at: place)
                continue
            }
            if part.has("price") || part.has("price_data") {
                items[place].price = try price(part, of: subscription).id
            }
            items[place].quantity = try part.integer("quantity") ?? items[place].quantity
        }
        guard !items.isEmpty else {
            throw APIError.invalid("items", "A subscription must have at least one active plan.")
        }
        return items
    }

    private func price(_ part: Parameters, of subscription: Subscription) throws -> Price {
        let price = try price(part, isRecurring: true)
        guard price.currency == subscription.currency else {
            throw APIError.invalid(
                part.name("price"), "The price is in \(price.currency), the subscription in \(subscription.currency).")
        }
        return price
    }
}

// MARK: - Other items

extension Store {
    /// Gives the subscription other items, and bills or credits the difference as asked. Another interval begins a new
    /// period now, which is billed in full.
    func change(
        _ old: Subscription, to new: Subscription, items: [Subscription.Item], startsNewPeriod: Bool = false,
        proration: ProrationBehavior, payment: PaymentBehavior, prorationDate: Int64? = nil
    ) throws {
        var (subscription, items) = (new, items)
        let startsNewPeriod = try startsNewPeriod || interval(of: items) != interval(of: old.items)
        var lines: [Invoice.Line] = []
        if proration != .none, old.status != .trialing {
            lines = try prorations(from: old.items, to: startsNewPeriod ? [] : items, of: old, at: prorationDate ?? now)
        }
        if startsNewPeriod {
            for index in items.indices {
                guard let recurring = try object(items[index].price, as: Price.self).recurring else { continue }
                items[index].periodStart = now
                items[index].periodEnd = Period.end(of: now, anchor: now, recurring)
            }
            subscription.billingAnchor = now
            lines += try self.lines(of: subscription, items: items)
            if subscription.cancelsAtPeriodEnd { subscription.cancelAt = items[0].periodEnd }
        }
        guard startsNewPeriod || proration == .alwaysInvoice, !lines.isEmpty else {
            subscription.items = items
            subscription.pendingLines += lines
            return try change(old, to: subscription, "customer.subscription.updated")
        }
        try bill(
            old, subscription, items, lines, payment, prorationDate: proration == .none ? nil : prorationDate ?? now)
    }

    private func bill(
        _ old: Subscription, _ new: Subscription, _ items: [Subscription.Item], _ lines: [Invoice.Line],
        _ payment: PaymentBehavior, prorationDate: Int64?
    ) throws {
        var subscription = new
        let customer: Customer = try object(old.customer)
        var invoice = invoice(for: old, .update, lines: old.pendingLines + lines, email: customer.email)
        invoice.prorationDate = prorationDate
        subscription.pendingLines = []
        subscription.latestInvoice = invoice.id
        if payment == .pendingIfIncomplete {
            subscription.pendingUpdate = .init(
                expiresAt: min(now + Subscription.paymentTimeout, old.periodEnd), items: items, invoice: invoice.id)
        } else {
            subscription.items = items
        }
        invoice = try draft(invoice, staysDraft: false)
        // A pending change is reported once it is known to be pending.
        let isPending = payment == .pendingIfIncomplete
        if isPending {
            try transaction.update(subscription)
        } else {
            try change(old, to: subscription, "customer.subscription.updated")
        }
        invoice = try finalize(invoice)
        if invoice.status == .open, payment != .defaultIncomplete { invoice = try collect(invoice) }
        guard invoice.status != .paid else { return }
        if payment == .errorIfIncomplete { throw APIError.declined }
        if isPending { try emit("customer.subscription.updated", subscription, before: old) }
    }

    /// The last invoice of a subscription that ends: what was paid for and will not be used is the customer's balance.
    func creditRest(of old: Subscription) throws -> Subscription {
        let rest = try old.status == .trialing ? [] : prorations(from: old.items, to: [], of: old, at: now)
        let lines = old.pendingLines + rest
        guard !lines.isEmpty else { return old }
        let customer: Customer = try object(old.customer)
        var invoice = invoice(for: old, .update, lines: lines, email: customer.email)
        var subscription = old
        invoice.prorationDate = now
        subscription.pendingLines = []
        subscription.latestInvoice = invoice.id
        try transaction.update(subscription)
        invoice = try finalize(draft(invoice, staysDraft: false))
        if invoice.status == .open { _ = try collect(invoice) }
        return try object(old.id)
    }

    private func interval(of items: [Subscription.Item]) throws -> Price.Recurring? {
        try items.first.flatMap { try object($0.price, as: Price.self).recurring }
    }

    /// For each item that changed: what was paid and will not be used, and what will be used instead.
    private func prorations(
        from old: [Subscription.Item], to new: [Subscription.Item], of subscription: Subscription, at instant: Int64
    ) throws -> [Invoice.Line] {
        let gone = try old.filter { item in
            !new.contains { $0.id == item.id && $0.price == item.price && $0.quantity == item.quantity }
        }
            .map { try proration(of: $0, in: subscription, at: instant, sign: -1) }
        let come = try new.filter { item in
            !old.contains { $0.id == item.id && $0.price == item.price && $0.quantity == item.quantity }
        }
            .map { try proration(of: $0, in: subscription, at: instant, sign: 1) }
        return gone + come
    }

    private func proration(
        of item: Subscription.Item, in subscription: Subscription, at instant: Int64, sign: Int64
    ) throws -> Invoice.Line {
        let price: Price = try object(item.price)
        let name = try object(price.product, as: Product.self).name
        let amount = Period.share(
            of: price.unitAmount * item.quantity, from: instant, start: item.periodStart, end: item.periodEnd)
        return Invoice.Line(
            id: Kind.makeID("il_"), amount: sign * amount,
            description: (sign < 0 ? "Unused time on " : "Remaining time on ")
                + (item.quantity > 1 ? "\(item.quantity) × " : "") + name,
            price: price.id, product: price.product, unitAmount: sign * amount / max(1, item.quantity),
            quantity: item.quantity, periodStart: instant, periodEnd: item.periodEnd, isProration: true,
            subscription: subscription.id,
            subscriptionItem: item.id, invoiceItem: Kind.makeID("ii_"))
    }
}
