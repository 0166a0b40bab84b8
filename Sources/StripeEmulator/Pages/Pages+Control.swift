import Core
import Hummingbird

/// The stand-in's own page: its clock, and what happened.
extension Pages {
    func control(_ request: Request, _ form: StripeForm) async throws -> Response {
        guard request.method == .post else { return try await show(controlPage()) }
        let parameters = Parameters(form: form)
        do {
            try await standIn.write { desk in try order(parameters, desk) }
        } catch let error as APIError {
            return try await show(controlPage(), refusal: error.message)
        }
        return Self.seeOther("/")
    }

    private func order(_ parameters: Parameters, _ desk: Store) throws {
        switch try parameters.text("action") {
        case "advance":
            let days = try parameters.integer("days", in: 0...366) ?? 0
            let hours = try parameters.integer("hours", in: 0...24) ?? 0
            try desk.moveClock(to: desk.now + days * 86_400 + hours * 3600)
        case "arrive": try desk.settle(parameters.required("intent"), arrives: true)
        case "fail": try desk.settle(parameters.required("intent"), arrives: false)
        case "refund": _ = try desk.refund(desk.object(parameters.required("charge")), amount: nil)
        case "dispute":
            _ = try desk.dispute(desk.object(parameters.required("charge")), amount: nil, reason: "fraudulent", isInquiry: false)
        case "won": _ = try desk.close(desk.object(parameters.required("dispute")), .won)
        case "lost": _ = try desk.close(desk.object(parameters.required("dispute")), .lost)
        case "redeliver":
            _ = try desk.redeliver(Call(id: parameters.required("event"), parameters: Parameters(form: StripeForm())))
        default: throw APIError.invalid("action", "There is no such order.")
        }
    }

    private func controlPage() async throws -> Page {
        try await standIn.read { desk in
            let transaction = desk.transaction
            let settings = try transaction.settings()
            let deliveries = try transaction.newestDeliveries(500)
            let waiting = try transaction.objects(PaymentIntent.self).map(\.object).filter { $0.status == .processing }
            return Page(template: "control", title: "What happened", content: [
                "now": Self.moment(desk.now),
                "ahead": settings.clockOffset == 0
                    ? "The same as this machine's." : "Ahead of this machine's by \(settings.clockOffset / 86_400) days and \(settings.clockOffset % 86_400 / 3600) hours.",
                "faults": Self.words(of: settings.faults),
                "waiting": waiting.map { intent in
                    ["id": intent.id, "words": intent.description ?? "Payment", "amount": Amount.text(intent.amount, intent.currency)]
                },
                "charges": try transaction.objects(Charge.self, limit: 20).map { try desk.controlEntry($0.object) },
                "events": try transaction.objects(Event.self, limit: 60).map { Self.entry($0.object, deliveries) },
            ])
        }
    }

    private static func words(of faults: Faults) -> String {
        let words = [("duplicate", faults.duplicate), ("reorder", faults.reorder), ("lose", faults.lose)]
            .filter { $0.1 > 0 }.map { "\($0.0) \($0.1) %" }
        let delay = faults.delay > .zero ? ["delay \(faults.delay.milliseconds) ms"] : []
        return (words + delay).isEmpty ? "none." : (words + delay).joined(separator: ", ") + "."
    }

    private static func entry(_ event: Event, _ deliveries: [Delivery]) -> [String: any Sendable] {
        let states = deliveries.filter { $0.event == event.id }.map { $0.state.rawValue.replacing("_", with: " ") }
        return [
            "id": event.id, "when": moment(event.created), "type": event.type, "subject": event.subjectID,
            "delivered": states.isEmpty ? "to nobody" : states.reversed().joined(separator: ", "),
        ]
    }
}

extension Store {
    fileprivate func controlEntry(_ charge: Charge) throws -> [String: any Sendable] {
        let disputes = try transaction.objects(Dispute.self, of: charge.id).map(\.object)
        var status = charge.status.rawValue
        if charge.amountRefunded > 0 { status = charge.isRefunded ? "refunded" : "refunded in part" }
        if let dispute = disputes.first { status = "dispute: \(dispute.status.rawValue.replacing("_", with: " "))" }
        var entry: [String: any Sendable] = [
            "id": charge.id, "day": Pages.moment(charge.created), "status": status,
            "amount": Amount.text(charge.amount, charge.currency),
            "canReturn": charge.status == .succeeded && !charge.isRefunded && disputes.isEmpty,
        ]
        if let dispute = disputes.first, !dispute.status.isFinal { entry["dispute"] = dispute.id }
        return entry
    }
}
