import Core
import Hummingbird

/// The page on which a customer sees and changes what they pay for.
extension Pages {
    func portal(_ id: String, _ request: Request, _ form: StripeForm) async throws -> Response {
        guard request.method == .post else { return try await show(portalPage(id)) }
        let parameters = Parameters(form: form)
        do {
            try await emulator.write { store in try act(parameters, store.portal(id), store) }
        } catch let error as APIError where error.status != 404 {
            return try await show(portalPage(id), refusal: error.message)
        }
        return Self.seeOther("/p/session/\(id)")
    }

    private func act(_ parameters: Parameters, _ session: PortalSession, _ store: Store) throws {
        let customer = try store.liveCustomer(session.customer)
        let store = try store.following(customer.testClock)
        let configuration: PortalConfiguration = try store.object(session.configuration)
        switch try parameters.text("action") {
        case "switch" where configuration.allowsUpdate:
            try store.switchPlan(of: own(parameters, customer, store), to: parameters.required("price"), configuration)
        case "cancel" where configuration.allowsCancel:
            let old = try own(parameters, customer, store)
            if !configuration.cancelsAtPeriodEnd { return try _ = store.end(old, reason: "cancellation_requested") }
            var subscription = old
            store.setEnd(true, of: &subscription)
            try store.change(old, to: subscription, "customer.subscription.updated")
        case "undo":
            let old = try own(parameters, customer, store)
            var subscription = old
            store.setEnd(false, of: &subscription)
            try store.change(old, to: subscription, "customer.subscription.updated")
        case "card-works" where configuration.allowsPaymentMethod: _ = try store.giveCard(.works, to: customer)
        case "card-declines" where configuration.allowsPaymentMethod: _ = try store.giveCard(.declines, to: customer)
        case "pay":
            let invoice: Invoice = try store.object(parameters.required("invoice"))
            guard invoice.customer == customer.id else { throw APIError.noSuch(.invoice, invoice.id) }
            guard try store.collect(invoice).status == .paid else { throw APIError.declined }
        case "arrive", "fail":
            let intent: PaymentIntent = try store.object(parameters.required("intent"))
            guard intent.customer == customer.id else { throw APIError.noSuch(.paymentIntent, intent.id) }
            try store.settle(intent.id, arrives: parameters.text("action") == "arrive")
        default: throw APIError.invalid("action", "The portal does not support this action.")
        }
    }

    private func own(_ parameters: Parameters, _ customer: Customer, _ store: Store) throws -> Subscription {
        let subscription: Subscription = try store.object(parameters.required("subscription"))
        guard subscription.customer == customer.id, !subscription.status.isFinal else {
            throw APIError.noSuch(.subscription, subscription.id)
        }
        return subscription
    }

    private func portalPage(_ id: String) async throws -> Page {
        try await emulator.read { store in
            let session = try store.portal(id)
            let customer = try store.liveCustomer(session.customer)
            let configuration: PortalConfiguration = try store.object(session.configuration)
            let subscriptions = try store.transaction.objects(Subscription.self, of: customer.id).map(\.object)
            var content: [String: any Sendable] = [
                "subscriptions": try subscriptions.filter { !$0.status.isFinal }.map {
                    try store.portalEntry($0, configuration)
                },
                "invoices": try store.transaction.objects(Invoice.self, of: customer.id, limit: 24).map {
                    try store.portalEntry($0.object)
                },
                "card": try store.cardText(of: customer), "canCard": configuration.allowsPaymentMethod,
            ]
            content["returnURL"] = session.returnURL
            return Page(template: "portal", title: "Plan and payments", content: content)
        }
    }
}

extension Store {
    /// The address is the permission, for an hour.
    fileprivate func portal(_ id: String) throws -> PortalSession {
        let session: PortalSession = try object(id)
        guard session.expiresAt > realNow.seconds else {
            throw APIError(status: 410, message: "This page has expired. Open it again from your app.")
        }
        return session
    }

    /// As the customer's own change: at once, or not at all.
    fileprivate func switchPlan(
        of subscription: Subscription, to price: String, _ configuration: PortalConfiguration
    ) throws {
        guard try plans(configuration, besides: subscription).contains(where: { $0.id == price }) else {
            throw APIError.noSuch(.price, price, param: "price")
        }
        var items = subscription.items
        items[0].price = price
        let proration = ProrationBehavior(rawValue: configuration.proration) ?? .createProrations
        try change(subscription, to: subscription, items: items, proration: proration, payment: .errorIfIncomplete)
    }

    private func plans(_ configuration: PortalConfiguration, besides subscription: Subscription) throws -> [Price] {
        try transaction.objects(Price.self).map(\.object).filter { price in
            price.isActive && price.recurring != nil && price.currency == subscription.currency
                && configuration.prices?.contains(price.id) ?? true && !subscription.items.contains {
                    $0.price == price.id
                }
        }.sorted { $0.unitAmount < $1.unitAmount }
    }

    private func text(of price: Price) -> String {
        Amount.text(price.unitAmount, price.currency) + (price.recurring.map { " / \($0.interval.rawValue)" } ?? "")
    }

    fileprivate func portalEntry(
        _ subscription: Subscription, _ configuration: PortalConfiguration
    ) throws -> [String: any Sendable] {
        let price: Price = try object(subscription.items[0].price)
        let plans = try plans(configuration, besides: subscription)
        let ending = subscription.cancelAt
        return [
            "id": subscription.id, "name": try object(price.product, as: Product.self).name,
            "status": subscription.status.rawValue.replacing("_", with: " "), "price": text(of: price),
            "period": ending.map { "It ends on \(Pages.day($0))." }
                ?? "It renews on \(Pages.day(subscription.periodEnd)).",
            "canSwitch": configuration.allowsUpdate && !plans.isEmpty && ending == nil,
            "plans": try plans.map {
                ["id": $0.id, "name": try object($0.product, as: Product.self).name, "price": text(of: $0)]
            },
            "canCancel": configuration.allowsCancel && ending == nil, "canUndo": ending != nil,
            "cancelLabel": configuration.cancelsAtPeriodEnd ? "Cancel at the end of the period" : "Cancel now",
        ]
    }

    fileprivate func portalEntry(_ invoice: Invoice) throws -> [String: any Sendable] {
        let intent = try invoice.paymentIntent.flatMap { try transaction.object($0, as: PaymentIntent.self) }
        let waits = intent?.status == .processing
        var entry: [String: any Sendable] = [
            "id": invoice.id, "day": Pages.day(invoice.created), "status": invoice.status.rawValue,
            "amount": Amount.text(invoice.amountDue, invoice.currency), "number": invoice.number ?? "no number yet",
            "description": invoice.lines.map(\.description).joined(separator: "; "),
            "canPay": invoice.status == .open && !waits,
        ]
        if waits { entry["waits"] = intent?.id }
        return entry
    }

    fileprivate func cardText(of customer: Customer) throws -> String {
        let subscription = try transaction.objects(Subscription.self, of: customer.id).map(\.object).first {
            !$0.status.isFinal
        }
        guard let method = try method(for: subscription, of: customer) else { return "No card is stored." }
        switch method.behavior {
        case .works: return "•••• \(method.last4), a card that works."
        case .declines: return "•••• \(method.last4), a card that is declined."
        case .delayed: return "•••• \(method.last4), a bank account; its payments take days."
        }
    }
}
