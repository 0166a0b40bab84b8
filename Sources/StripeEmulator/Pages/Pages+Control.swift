import Core
import Hummingbird

/// The Stripe emulator's own page: its clock, and what happened.
extension Pages {
    func control(_ request: Request, _ form: StripeForm) async throws -> Response {
        guard request.method == .post else { return try await show(controlPage()) }
        let parameters = Parameters(form: form)
        do {
            try await emulator.write { store in try order(parameters, store) }
        } catch let error as APIError {
            return try await show(controlPage(), refusal: error.message)
        }
        return Self.seeOther("/")
    }

    private func order(_ parameters: Parameters, _ store: Store) throws {
        switch try parameters.text("action") {
        case "advance":
            let days = try parameters.integer("days", in: 0...366) ?? 0
            let hours = try parameters.integer("hours", in: 0...24) ?? 0
            try store.moveClock(to: store.now + days * 86_400 + hours * 3600)
        case "arrive": try store.settle(parameters.required("intent"), arrives: true)
        case "fail": try store.settle(parameters.required("intent"), arrives: false)
        case "refund": _ = try store.refund(store.object(parameters.required("charge")), amount: nil)
        case "dispute":
            _ = try store.dispute(
                store.object(parameters.required("charge")), amount: nil, reason: "fraudulent", isInquiry: false)
        case "won": _ = try store.close(store.object(parameters.required("dispute")), .won)
        case "lost": _ = try store.close(store.object(parameters.required("dispute")), .lost)
        case "redeliver":
            _ = try store.redeliver(Call(id: parameters.required("event"), parameters: Parameters(form: StripeForm())))
        default: throw APIError.invalid("action", "Unknown action.")
        }
    }

    private func controlPage() async throws -> Page {
        try await emulator.read { store in
            let transaction = store.transaction
            let settings = try transaction.settings()
            let deliveries = try transaction.newestDeliveries(500)
            let waiting = try transaction.objects(PaymentIntent.self).map(\.object).filter { $0.status == .processing }
            return Page(template: "control", title: "Overview", content: [
                "now": Self.moment(store.now),
                "ahead": Self.lead(settings.clockOffset),
                "faults": Self.text(of: settings.faults),
                "waiting": waiting.map { intent in
                    [
                        "id": intent.id, "description": intent.description ?? "Payment",
                        "amount": Amount.text(intent.amount, intent.currency),
                    ]
                },
                "charges": try transaction.objects(Charge.self, limit: 20).map { try store.controlEntry($0.object) },
                "events": try transaction.objects(Event.self, limit: 60).map { Self.entry($0.object, deliveries) },
            ])
        }
    }

    private static func lead(_ offset: Int64) -> String {
        guard offset != 0 else { return "The same as the clock of this machine." }
        return "Ahead of the clock of this machine by \(offset / 86_400) days and \(offset % 86_400 / 3600) hours."
    }

    private static func text(of faults: Faults) -> String {
        let rates = [("duplicate", faults.duplicate), ("reorder", faults.reorder), ("lose", faults.lose)]
            .filter { $0.1 > 0 }.map { "\($0.0) \($0.1) %" }
        let delay = faults.delay > .zero ? ["delay \(faults.delay.milliseconds) ms"] : []
        return (rates + delay).isEmpty ? "none." : (rates + delay).joined(separator: ", ") + "."
    }

    private static func entry(_ event: Event, _ deliveries: [Delivery]) -> [String: any Sendable] {
        let states = deliveries.filter { $0.event == event.id }.map { $0.state.rawValue.replacing("_", with: " ") }
        return [
            "id": event.id, "when": moment(event.created), "type": event.type, "subject": event.subjectID,
            "delivered": states.isEmpty ? "no endpoint" : states.reversed().joined(separator: ", "),
        ]
    }
}

extension Store {
    fileprivate func controlEntry(_ charge: Charge) throws -> [String: any Sendable] {
        let disputes = try transaction.objects(Dispute.self, of: charge.id).map(\.object)
        var status = charge.status.rawValue
        if charge.amountRefunded > 0 { status = charge.isRefunded ? "refunded" : "partially refunded" }
        if let dispute = disputes.first { status = "dispute: \(dispute.status.rawValue.replacing("_", with: " "))" }
        var entry: [String: any Sendable] = [
            "id": charge.id, "day": Pages.moment(charge.created), "status": status,
            "amount": Amount.text(charge.amount, charge.currency), "item": try item(of: charge),
            "customer": try charge.email ?? email(of: charge.customer) ?? "an unknown customer",
            "canReturn": charge.status == .succeeded && !charge.isRefunded && disputes.isEmpty,
        ]
        if let dispute = disputes.first, !dispute.status.isFinal { entry["dispute"] = dispute.id }
        return entry
    }

    private func email(of customer: String?) throws -> String? {
        try customer.flatMap { try transaction.object($0, as: Customer.self) }?.email
    }

    /// What was paid for.
    private func item(of charge: Charge) throws -> String {
        let intent = try transaction.object(charge.paymentIntent, as: PaymentIntent.self)
        if let id = intent?.session, let session = try transaction.object(id, as: CheckoutSession.self) {
            return session.lines.map(\.description).joined(separator: ", ")
        }
        if let id = charge.invoice ?? intent?.invoice, let invoice = try transaction.object(id, as: Invoice.self) {
            return invoice.lines.map(\.description).joined(separator: ", ")
        }
        return charge.description ?? "Payment"
    }
}
