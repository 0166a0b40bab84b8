import Core

extension StandInDesk {
    func createRefund(_ call: StandInCall) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("charge", "payment_intent", "amount", "reason", "metadata")
        let charge = try refundable(parameters)
        let refund = try refund(
            charge, amount: parameters.integer("amount", in: 1...99_999_999), reason: parameters.choice("reason"),
            metadata: parameters.metadata())
        return renderer.json(refund)
    }

    func retrieveRefund(_ call: StandInCall) throws -> JSON {
        renderer.json(try object(call.id, as: StandInRefund.self))
    }

    func updateRefund(_ call: StandInCall) throws -> JSON {
        try call.parameters.allow("metadata")
        let old: StandInRefund = try object(call.id)
        var refund = old
        refund.metadata = try call.parameters.metadata(old.metadata)
        try change(old, to: refund, "refund.updated")
        return renderer.json(refund)
    }

    func listRefunds(_ call: StandInCall) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before", "charge", "payment_intent", "created")
        let (intent, isCreated) = (try call.parameters.text("payment_intent"), try createdFilter(call.parameters))
        return try list(call, at: "/v1/refunds", of: call.parameters.text("charge"), where: { (refund: StandInRefund) in
            isCreated(refund.created) && intent ?? refund.paymentIntent == refund.paymentIntent
        }, renderer.json)
    }

    /// Gives back so much of a charge, or what is left of it.
    func refund(
        _ old: StandInCharge, amount: Int64?, reason: StandInRefund.Reason? = nil, metadata: [String: String] = [:]
    ) throws -> StandInRefund {
        let left = old.amount - old.amountRefunded
        guard old.status == .succeeded else { throw StandInError.invalid("charge", "Charge \(old.id) was not paid.") }
        guard left > 0 else {
            throw StandInError.invalid("charge", "Charge \(old.id) has already been refunded.", code: "charge_already_refunded")
        }
        guard !old.isDisputed else {
            throw StandInError.invalid("charge", "Charge \(old.id) has been charged back; cannot issue a refund.", code: "charge_disputed")
        }
        guard amount ?? left <= left else {
            throw StandInError.invalid("amount", "Refund amount (\(amount ?? left)) is greater than unrefunded amount on charge (\(left))")
        }
        let customer = try old.customer.flatMap { try transaction.object($0, as: StandInCustomer.self) }
        let desk = try living(by: customer?.testClock)
        let refund = StandInRefund(
            id: StandInKind.refund.makeID(), created: desk.now, amount: amount ?? left, currency: old.currency, charge: old.id,
            paymentIntent: old.paymentIntent, reason: reason, metadata: metadata)
        try transaction.insert(refund)
        var charge = old
        charge.amountRefunded += refund.amount
        try desk.emit("refund.created", refund)
        try desk.change(old, to: charge, "charge.refunded")
        return refund
    }

    private func refundable(_ parameters: StandInParameters) throws -> StandInCharge {
        if let id = try parameters.text("charge") { return try object(id, param: "charge") }
        guard let id = try parameters.text("payment_intent") else { throw StandInError.missing("payment_intent") }
        let intent: StandInPaymentIntent = try object(id, param: "payment_intent")
        guard intent.status == .succeeded, let charge = intent.latestCharge else {
            throw StandInError.invalid("payment_intent", "This PaymentIntent (\(id)) does not have a successful charge to refund.")
        }
        return try object(charge, param: "charge")
    }
}
