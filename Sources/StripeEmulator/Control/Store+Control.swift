import Core

/// What happens outside of Stripe's API: time passes, banks decide, messages are lost.
extension Store {
    func showState(_ call: Call) throws -> JSON {
        let settings = try transaction.settings()
        return [
            "notice": "Stripe emulator: no money moves", "now": .integer(now),
            "clock_offset": .integer(settings.clockOffset), "api_version": .string(rules.version.text),
            "faults": settings.faults.json,
            "due": .array(try transaction.newestDeliveries(500).filter { $0.state == .due }.map(\.json)),
        ]
    }

    /// `seconds`, `days`, or `to` an instant. Returns the new time.
    func advanceClock(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("seconds", "days", "to")
        let end: Int64
        if let to = try parameters.instant("to") {
            end = to
        } else {
            let days = try parameters.integer("days", in: 0...3660) ?? 0
            end = now + (try parameters.integer("seconds", in: 0...316_224_000) ?? 0) + days * 86_400
        }
        guard end >= now else { throw APIError.invalid("to", "The clock can only be advanced.") }
        try moveClock(to: end)
        return ["now": .integer(end)]
    }

    func moveClock(to end: Int64) throws {
        guard try advance(clock: nil, until: end, from: 0) else { throw Self.tooFar("to") }
        var settings = try transaction.settings()
        settings.clockOffset += end - now
        try transaction.save(settings)
    }

    /// Faults by name, as the flag takes them; those not named stay as they are.
    func orderFaults(_ call: Call) throws -> JSON {
        var settings = try transaction.settings()
        for member in call.parameters.form.members ?? [] {
            guard let text = member.value.text, settings.faults.set(member.name, text) else {
                throw APIError.invalid(member.name, "The fault is unknown, or its value is invalid.")
            }
        }
        try transaction.save(settings)
        return settings.faults.json
    }

    func listDeliveries(_ call: Call) throws -> JSON {
        ["object": "list", "data": .array(try transaction.newestDeliveries(500).map(\.json))]
    }

    /// Sends an event again, to every endpoint that would receive it now.
    func redeliver(_ call: Call) throws -> JSON {
        let event: Event = try object(call.id)
        let endpoints = try transaction.objects(WebhookEndpoint.self, limit: .max).map(\.object).filter {
            $0.receives(event.type)
        }
        for endpoint in endpoints {
            try transaction.insertDelivery(
                of: event.id, to: endpoint.id, .init(delay: .zero, name: "redeliver"), now: realNow)
        }
        return ["event": .string(event.id), "deliveries": .integer(Int64(endpoints.count))]
    }

    /// What the payer does on the page: `with` `works`, `declines` or `delayed`.
    func orderPayment(_ call: Call) throws -> JSON {
        try call.parameters.allow("with", "email", "name")
        let behavior: PaymentMethod.Behavior = try call.parameters.choice("with") ?? .works
        let session = try pay(
            object(call.id), with: behavior, email: call.parameters.text("email"), name: call.parameters.text("name"))
        return renderer.json(session)
    }

    /// The money of a delayed payment arrives (`outcome=arrived`) or does not (`failed`).
    func orderSettlement(_ call: Call) throws -> JSON {
        try call.parameters.allow("outcome")
        let outcome = try call.parameters.text("outcome") ?? "arrived"
        guard outcome == "arrived" || outcome == "failed" else {
            throw APIError.invalid("outcome", "Invalid outcome: must be arrived or failed")
        }
        try settle(call.id, arrives: outcome == "arrived")
        return renderer.json(try object(call.id, as: PaymentIntent.self))
    }

    func orderDispute(_ call: Call) throws -> JSON {
        try call.parameters.allow("amount", "reason", "inquiry")
        let dispute = try dispute(
            object(call.id), amount: call.parameters.integer("amount", in: 1...99_999_999),
            reason: call.parameters.text("reason") ?? "fraudulent", isInquiry: call.parameters.bool("inquiry") ?? false)
        return renderer.json(dispute)
    }

    /// A refund as if made in Stripe's dashboard.
    func orderRefund(_ call: Call) throws -> JSON {
        try call.parameters.allow("amount")
        return renderer.json(try refund(object(call.id), amount: call.parameters.integer("amount", in: 1...99_999_999)))
    }

    func orderVerdict(_ call: Call) throws -> JSON {
        try call.parameters.allow("outcome")
        let dispute: Dispute = try object(call.id)
        let choices: [Dispute.Status] = dispute.status.isInquiry ? [.warningClosed] : [.won, .lost]
        let outcome = try call.parameters.required("outcome")
        guard let status = choices.first(where: { $0.rawValue == outcome }) else {
            throw APIError.invalid(
                "outcome", "Invalid outcome: must be \(choices.map(\.rawValue).joined(separator: " or "))")
        }
        return renderer.json(try close(dispute, status))
    }

    /// The customer's card from now on: `card` `works`, `declines` or `delayed`.
    func orderCard(_ call: Call) throws -> JSON {
        try call.parameters.allow("card")
        guard let behavior: PaymentMethod.Behavior = try call.parameters.choice("card") else {
            throw APIError.missing("card")
        }
        return renderer.json(try giveCard(behavior, to: liveCustomer(call.id)))
    }

    func giveCard(_ behavior: PaymentMethod.Behavior, to old: Customer) throws -> Customer {
        let store = try following(old.testClock)
        var customer = old
        customer.defaultPaymentMethod = try store.addMethod(behavior, to: old).id
        try store.change(old, to: customer, "customer.updated")
        for old in try transaction.objects(Subscription.self, of: customer.id).map(\.object) where !old.status.isFinal {
            var subscription = old
            subscription.defaultPaymentMethod = customer.defaultPaymentMethod
            try store.change(old, to: subscription, "customer.subscription.updated")
        }
        return customer
    }
}
