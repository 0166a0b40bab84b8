import Core

/// What a payer does on the page of a session.
extension Store {
    /// Pays it, or promises to. A card that declines leaves the session open: the payer may try another.
    func pay(
        _ old: CheckoutSession, with behavior: PaymentMethod.Behavior, email: String?, name: String?
    ) throws -> CheckoutSession {
        guard old.status == .open else {
            throw APIError.invalid(nil, "This Checkout Session is \(old.status.rawValue).")
        }
        let store = try following(old.testClock)
        var session = old
        session.payerEmail = email ?? old.email ?? "payer@example.com"
        session.payerName = name
        return try session.mode == .payment ? store.payOnce(session, behavior) : store.subscribe(session, behavior)
    }

    private func payOnce(_ session: CheckoutSession, _ behavior: PaymentMethod.Behavior) throws -> CheckoutSession {
        var session = session
        guard session.total > 0 else {
            _ = try customer(of: &session)
            return try complete(session, .notRequired)
        }
        // A declined payer has no customer yet.
        let customer = behavior == .declines
            ? try session.customer.map { try liveCustomer($0) } : try self.customer(of: &session)
        let method = try customer.map { try payingMethod(behavior, of: $0, isSaved: session.setupFutureUsage != nil) }
        var intent = try intent(of: session)
        session.paymentIntent = intent.id
        intent.customer = customer?.id ?? intent.customer
        intent = try confirm(intent, with: behavior, method: method, email: session.payerEmail)
        switch intent.status {
        case .succeeded:
            if session.createsInvoice, let customer { session.invoice = try receipt(for: session, customer, intent).id }
            return try complete(session, .paid)
        case .processing: return try complete(session, .unpaid)
        case .requiresPaymentMethod, .canceled:
            try transaction.update(session)
            return session
        }
    }

    /// The intent of an attempt before this one, or a new one.
    private func intent(of session: CheckoutSession) throws -> PaymentIntent {
        if let id = session.paymentIntent { return try object(id) }
        let intent = PaymentIntent(
            id: Kind.paymentIntent.makeID(), created: now, amount: session.total, currency: session.currency,
            customer: session.customer, description: session.intentDescription, metadata: session.intentMetadata,
            setupFutureUsage: session.setupFutureUsage, session: session.id)
        try newIntent(intent)
        return intent
    }

    /// A subscription begins only when the session completes, so a declined card leaves nothing behind.
    private func subscribe(_ session: CheckoutSession, _ behavior: PaymentMethod.Behavior) throws -> CheckoutSession {
        guard behavior != .declines else { return session }
        var session = session
        let customer = try self.customer(of: &session)
        guard let customer else { preconditionFailure("a subscription's session makes its customer") }
        let method = try payingMethod(behavior, of: customer, isSaved: true)
        let prices = try session.lines.map { (try object($0.price, as: Price.self), $0.quantity) }
        let subscription = try subscribe(
            object(customer.id), to: prices, paying: method, metadata: session.subscriptionMetadata,
            description: session.subscriptionDescription, trialDays: session.trialDays)
        session.subscription = subscription.id
        session.invoice = subscription.latestInvoice
        guard session.total > 0 else { return try complete(session, .notRequired) }
        if behavior == .works { return try complete(session, .paid) }
        if let invoice = session.invoice, let id = try object(invoice, as: Invoice.self).paymentIntent {
            var intent: PaymentIntent = try object(id)
            intent.session = session.id
            try transaction.update(intent)
        }
        return try complete(session, .unpaid)
    }

    private func complete(
        _ session: CheckoutSession, _ status: CheckoutSession.PaymentStatus
    ) throws -> CheckoutSession {
        var session = session
        session.status = .complete
        session.paymentStatus = status
        try transaction.update(session)
        try emit("checkout.session.completed", session)
        return session
    }

    /// A delayed payment came to its end.
    func sessionSettled(_ old: CheckoutSession, arrives: Bool) throws {
        var session = old
        if arrives { session.paymentStatus = .paid }
        try transaction.update(session)
        try emit("checkout.session.async_payment_" + (arrives ? "succeeded" : "failed"), session)
    }

    private func customer(of session: inout CheckoutSession) throws -> Customer? {
        if let id = session.customer { return try liveCustomer(id) }
        guard session.createsCustomer else { return nil }
        let customer = Customer(
            id: Kind.customer.makeID(), created: now, email: session.payerEmail, name: session.payerName)
        try transaction.insert(customer)
        try emit("customer.created", customer)
        session.customer = customer.id
        return customer
    }

    private func payingMethod(
        _ behavior: PaymentMethod.Behavior, of customer: Customer, isSaved: Bool
    ) throws -> PaymentMethod {
        guard isSaved else {
            let method = PaymentMethod(id: Kind.paymentMethod.makeID(), created: now, customer: nil, behavior: behavior)
            try transaction.insert(method)
            return method
        }
        return try addMethod(behavior, to: customer)
    }

    /// The invoice of a single payment, if one is requested: paid from the start.
    private func receipt(
        for session: CheckoutSession, _ customer: Customer, _ intent: PaymentIntent
    ) throws -> Invoice {
        let lines = try session.lines.map { line in
            let price: Price = try object(line.price)
            return Invoice.Line(
                id: Kind.makeID("il_"), amount: line.amount, description: line.description, price: price.id,
                product: price.product, unitAmount: price.unitAmount, quantity: line.quantity, periodStart: now,
                periodEnd: now, isProration: false,
                subscription: nil, subscriptionItem: nil, invoiceItem: Kind.makeID("ii_"))
        }
        let invoice = Invoice(
            id: Kind.invoice.makeID(), created: now, customer: customer.id, email: session.payerEmail,
            testClock: session.testClock, subscription: nil, subscriptionMetadata: [:], reason: .manual,
            currency: session.currency, lines: lines, periodStart: now,
            periodEnd: now)
        return try settle(invoice, with: intent)
    }
}
