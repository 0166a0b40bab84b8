import Core
import Foundation
import Hummingbird

/// The page on which a session is paid.
extension Pages {
    func checkout(_ id: String, _ request: Request, _ form: StripeForm) async throws -> Response {
        guard request.method == .post else {
            return try await show(checkoutPage(id, isDeclined: request.uri.queryParameters["end"] == "declined"))
        }
        let parameters = Parameters(form: form)
        let (action, email) = (try parameters.text("action"), try parameters.text("email", limit: 512))
        let name = try parameters.text("name", limit: 200)
        let outcome: Outcome = try await emulator.write { store in
            let session: CheckoutSession = try store.object(id)
            let behavior: PaymentMethod.Behavior
            switch action {
            case "back":
                guard let url = session.cancelURL else { return .stay(nil) }
                return .goTo(url)
            case "pay": behavior = .works
            case "decline": behavior = .declines
            case "later": behavior = .delayed
            default: return .stay(nil)
            }
            let paid = try store.pay(session, with: behavior, email: email, name: name)
            // After a refusal too: going back in the browser sends no form again.
            return .goTo(paid.status == .complete ? paid.destination : "/c/pay/\(id)?end=declined")
        }
        switch outcome {
        case .goTo(let url): return Self.seeOther(url)
        case .stay(let refusal): return try await show(checkoutPage(id), refusal: refusal)
        }
    }

    private func checkoutPage(_ id: String, isDeclined: Bool = false) async throws -> Page {
        try await emulator.read { store in
            let session: CheckoutSession = try store.object(id)
            guard session.status == .open else {
                let text = session.status == .complete
                    ? "This order is complete." : "This order has expired. Start a new order."
                let link = session.status == .complete ? session.destination : session.cancelURL
                return Page(
                    template: "message", title: "Nothing to pay",
                    content: ["message": text].merging(link.map { ["link": $0] } ?? [:]) { $1 })
            }
            var content: [String: any Sendable] = [
                "total": Amount.text(session.total, session.currency),
                "email": session.email ?? session.payerEmail ?? "", "isFixed": session.email != nil,
                "name": session.payerName ?? "", "hasBack": session.cancelURL != nil,
                "seller": URLComponents(string: session.successURL)?.host ?? "the seller",
                "items": session.lines.map { line in
                    [
                        "name": line.description, "quantity": line.quantity, "many": line.quantity > 1,
                        "amount": Amount.text(line.amount, session.currency),
                    ] as [String: any Sendable]
                },
            ]
            if isDeclined {
                content["refusal"] = """
                    \(APIError.declined.message) Nothing was paid. Press Pay to pay with another card\
                    \(session.cancelURL == nil ? "" : ", or Back to return without buying").
                    """
            }
            if session.mode == .subscription, let line = session.lines.first,
                let recurring = try store.object(line.price, as: Price.self).recurring {
                let rhythm = recurring.count == 1
                    ? "a \(recurring.interval.rawValue)" : "every \(recurring.count) \(recurring.interval.rawValue)s"
                content["rhythm"] = rhythm
                if let trial = session.trialDays {
                    content["trial"] = trial
                    content["later"] = Amount.text(
                        session.lines.reduce(0) { $0 + $1.amount }, session.currency) + " " + rhythm
                }
            }
            return Page(template: "checkout", title: "Pay", content: content)
        }
    }
}
