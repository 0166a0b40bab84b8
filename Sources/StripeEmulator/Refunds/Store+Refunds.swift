import Core

extension Store {
    func createRefund(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("charge", "payment_intent", "amount", "reason", "metadata")
        let charge = try refundable(parameters)
        let refund = try refund(
            charge, amount: parameters.integer("amount", in: 1...99_999_999), reason: parameters.choice("reason"),
            metadata: parameters.metadata())
        return renderer.json(refund)
    }

    func retrieveRefund(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: Refund.self))
    }

    func updateRefund(_ call: Call) throws -> JSON {
        try call.parameters.allow("metadata")
        let old: Refund = try object(call.id)
        var refund = old
        refund.metadata = try call.parameters.metadata(old.metadata)
        try change(old, to: refund, "refund.updated")
        return renderer.json(refund)
    }

    func listRefunds(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before", "charge", "payment_intent", "created")
        let (intent, isCreated) = (try call.parameters.text("payment_intent"), try createdFilter(call.parameters))
        return try list(call, at: "/v1/refunds", of: call.parameters.text("charge"), where: { (refund: Refund) in
            isCreated(refund.created) && intent ?? refund.paymentIntent == refund.paymentIntent
        }, renderer.json)
    }

    /// Refunds an amount of a charge, or what is left of it.
    func refund(
        _ old: Charge, amount: Int64?, reason: Refund.Reason? = nil, metadata: [String: String] = [:]
    ) throws -> Refund {
        let left = old.amount - old.amountRefunded
        guard old.status == .succeeded else { throw APIError.invalid("charge", "Charge \(old.id) was not paid.") }
        guard left > 0 else {
            throw APIError.invalid(
                "charge", "Charge \(old.id) has already been refunded.", code: "charge_already_refunded")
        }
        guard !old.isDisputed else {
            throw APIError.invalid(
                "charge", "Charge \(old.id) has been charged back; cannot issue a refund.", code: "charge_disputed")
        }
        guard amount ?? left <= left else {
            throw APIError.invalid(
                "amount", "Refund amount (\(amount ?? left)) is greater than unrefunded amount on charge (\(left))")
        }
        if let amount { try demandChargeable(Money(amount, old.currency), "amount") }
        let customer = try old.customer.flatMap { try transaction.object($0, as: Customer.self) }
        let store = try following(customer?.testClock)
        let refund = Refund(
            id: Kind.refund.makeID(), created: store.now, amount: amount ?? left, currency: old.currency,
            charge: old.id,
            paymentIntent: old.paymentIntent, reason: reason, metadata: metadata)
        try transaction.insert(refund)
        var charge = old
        charge.amountRefunded += refund.amount
        try store.emit("refund.created", refund)
        try store.change(old, to: charge, "charge.refunded")
        return refund
    }

    private func refundable(_ parameters: Parameters) throws -> Charge {
        if let id = try parameters.text("charge") { return try object(id, param: "charge") }
        guard let id = try parameters.text("payment_intent") else { throw APIError.missing("payment_intent") }
        let intent: PaymentIntent = try object(id, param: "payment_intent")
        guard intent.status == .succeeded, let charge = intent.latestCharge else {
            throw APIError.invalid(
                "payment_intent", "This PaymentIntent (\(id)) does not have a successful charge to refund.")
        }
        return try object(charge, param: "charge")
    }
}
