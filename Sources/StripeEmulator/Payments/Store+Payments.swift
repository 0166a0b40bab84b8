import Core

extension Store {
    func retrievePaymentIntent(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: PaymentIntent.self))
    }

    func listPaymentIntents(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before", "customer", "created")
        let isCreated = try createdFilter(call.parameters)
        return try list(
            call, at: "/v1/payment_intents", of: call.parameters.text("customer"), where: { (intent: PaymentIntent) in
            isCreated(intent.created)
        }, renderer.json)
    }

    func retrieveCharge(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: Charge.self))
    }

    func listCharges(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before", "customer", "payment_intent", "created")
        let (customer, isCreated) = (try call.parameters.text("customer"), try createdFilter(call.parameters))
        return try list(
            call, at: "/v1/charges", of: call.parameters.text("payment_intent"), where: { (charge: Charge) in
            isCreated(charge.created) && customer ?? charge.customer == charge.customer
        }, renderer.json)
    }

    func newIntent(_ intent: PaymentIntent) throws {
        try transaction.insert(intent)
        try emit("payment_intent.created", intent)
    }

    /// Charges the method, and returns the intent as it is then: succeeded, processing, or waiting for another method.
    func confirm(
        _ old: PaymentIntent, with behavior: PaymentMethod.Behavior, method: PaymentMethod?, email: String?
    ) throws -> PaymentIntent {
        var intent = old
        var charge = Charge(
            id: Kind.charge.makeID(), created: now, amount: intent.amount, currency: intent.currency,
            customer: intent.customer, paymentIntent: intent.id, paymentMethod: method?.id,
            isDelayed: behavior == .delayed,
            description: intent.description, email: email, metadata: intent.metadata, invoice: intent.invoice,
            status: .pending)
        intent.latestCharge = charge.id
        intent.isDelayed = behavior == .delayed
        switch behavior {
        case .works: (charge.status, intent.status) = (.succeeded, .succeeded)
        case .declines: (charge.status, intent.wasDeclined) = (.failed, true)
        case .delayed: intent.status = .processing
        }
        // A method that was refused is not saved.
        intent.paymentMethod = behavior == .declines ? nil : method?.id
        try transaction.insert(charge)
        try emit("charge." + charge.status.rawValue, charge)
        try transaction.update(intent)
        try emit(Self.event(of: intent.status), intent)
        return intent
    }

    private static func event(of status: PaymentIntent.Status) -> String {
        switch status {
        case .requiresPaymentMethod: "payment_intent.payment_failed"
        case .processing, .succeeded, .canceled: "payment_intent." + status.rawValue
        }
    }
}

// MARK: - Payments that take days

extension Store {
    /// Ends a delayed payment: the money arrives or not, and what it pays for follows.
    func settle(_ id: String, arrives: Bool) throws {
        let old: PaymentIntent = try object(id, param: "payment_intent")
        guard old.status == .processing else {
            throw APIError.invalid(
                "payment_intent", "This payment is not pending.", code: "payment_intent_unexpected_state")
        }
        var intent = old
        intent.status = arrives ? .succeeded : .requiresPaymentMethod
        intent.wasDeclined = !arrives
        if !arrives { intent.paymentMethod = nil }
        if let id = intent.latestCharge {
            var charge: Charge = try object(id, param: "charge")
            charge.status = arrives ? .succeeded : .failed
            try transaction.update(charge)
            try emit("charge." + charge.status.rawValue, charge)
        }
        try transaction.update(intent)
        try emit(Self.event(of: intent.status), intent)
        if let invoice = intent.invoice { try invoiceSettled(object(invoice), by: intent) }
        if let session = intent.session { try sessionSettled(object(session), arrives: arrives) }
    }
}
