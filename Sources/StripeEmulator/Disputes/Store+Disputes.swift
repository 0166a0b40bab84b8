import Core

extension Store {
    func retrieveDispute(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: Dispute.self))
    }

    func listDisputes(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before", "charge", "payment_intent", "created")
        let (intent, isCreated) = (try call.parameters.text("payment_intent"), try createdFilter(call.parameters))
        return try list(call, at: "/v1/disputes", of: call.parameters.text("charge"), where: { (dispute: Dispute) in
            isCreated(dispute.created) && intent ?? dispute.paymentIntent == dispute.paymentIntent
        }, renderer.json)
    }

    /// Evidence of the text `winning_evidence` or `losing_evidence` decides it at once, as in Stripe's own tests. An
    /// inquiry can only be closed: there is no money to win or to lose.
    func updateDispute(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("evidence", "metadata", "submit")
        let old: Dispute = try object(call.id)
        var dispute = old
        dispute.metadata = try parameters.metadata(old.metadata)
        if let evidence = try parameters.part("evidence") {
            dispute.evidence = try evidence.text("uncategorized_text") ?? "evidence"
        }
        guard try parameters.has("evidence") && parameters.bool("submit") != false else {
            try change(old, to: dispute, "charge.dispute.updated")
            return renderer.json(dispute)
        }
        guard !old.status.isFinal else { throw alreadyClosed(old) }
        let isInquiry = old.status.isInquiry
        dispute.status = isInquiry ? .warningUnderReview : .underReview
        try change(old, to: dispute, "charge.dispute.updated")
        switch dispute.evidence {
        case "winning_evidence": return renderer.json(try close(dispute, isInquiry ? .warningClosed : .won))
        case "losing_evidence" where !isInquiry: return renderer.json(try close(dispute, .lost))
        default: return renderer.json(dispute)
        }
    }

    /// Accepts the dispute: it is lost.
    func closeDispute(_ call: Call) throws -> JSON {
        let dispute: Dispute = try object(call.id)
        return renderer.json(try close(dispute, dispute.status.isInquiry ? .warningClosed : .lost))
    }

    /// What a customer's bank does. Stripe has no call for it.
    func dispute(_ old: Charge, amount: Int64?, reason: String, isInquiry: Bool) throws -> Dispute {
        guard old.status == .succeeded, !old.isDisputed, !old.isRefunded else {
            throw APIError.invalid(
                "charge", "Charge \(old.id) cannot be disputed: it is unpaid, refunded, or already disputed.")
        }
        guard amount ?? old.amount <= old.amount else {
            throw APIError.invalid("amount", "The disputed amount must not exceed the amount of the charge.")
        }
        let dispute = Dispute(
            id: Kind.dispute.makeID(), created: now, amount: amount ?? old.amount, currency: old.currency,
            charge: old.id,
            paymentIntent: old.paymentIntent, reason: reason,
            status: isInquiry ? .warningNeedsResponse : .needsResponse)
        try transaction.insert(dispute)
        var charge = old
        charge.isDisputed = !isInquiry
        try change(old, to: charge, "charge.updated")
        try emit("charge.dispute.created", dispute)
        if !isInquiry { try emit("charge.dispute.funds_withdrawn", dispute) }
        return dispute
    }

    func close(_ old: Dispute, _ status: Dispute.Status) throws -> Dispute {
        guard !old.status.isFinal else { throw alreadyClosed(old) }
        var dispute = old
        dispute.status = status
        try change(old, to: dispute, "charge.dispute.closed")
        if status == .won { try emit("charge.dispute.funds_reinstated", dispute) }
        return dispute
    }

    private func alreadyClosed(_ dispute: Dispute) -> APIError {
        .invalid(
            "dispute", "This dispute is already closed (\(dispute.status.rawValue)).", code: "dispute_already_closed")
    }
}
