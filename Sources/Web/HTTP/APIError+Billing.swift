import Core
import HTTPTypes

/// Why nothing was bought, as an error of our API.
extension APIError {
    /// Returns nil if `error` is not about money.
    init?(billing error: any Error) {
        switch error {
        case let error as BillingError: self.init(error)
        case let error as ReceiveStripeEvent.Refusal: self.init(error)
        case let error as StripeError: self.init(error)
        case let error as OfferError: self.init(error)
        default: return nil
        }
    }

    private init(_ error: BillingError) {
        switch error {
        case .off:
            self.init(
                .serviceUnavailable, "billing_not_configured",
                "Nothing can be bought here: payments are not set up. Ask the operator.")
        case .notAllowed:
            self.init(.forbidden, "not_allowed", "Only a signed-in owner of the account pays for it.")
        case .noSuchItem(.pack(let name)):
            self.init(
                .unprocessableContent, "unknown_pack",
                "No pack '\(name.prefix(64))' is for sale. GET /api/billing/packs lists them.", field: "pack")
        case .noSuchItem(.plan(let name)):
            self.init(
                .unprocessableContent, "unknown_plan",
                """
                No plan '\(name.prefix(64))' is for sale. GET /api/billing/packs lists them; a plan is ended in the \
                portal.
                """,
                field: "plan")
        case .planInForce(let name):
            self.init(
                .conflict, "already_on_plan", "The account is on the plan '\(name)', or changes to it already.",
                field: "plan")
        case .subscriptionUnpaid:
            self.init(
                .conflict, "subscription_unpaid",
                "The last bill of the plan is not paid. Pay it in the portal, then change the plan.")
        case .foreignAddress(let field):
            self = .invalidParameter(
                field, "'\(field)' must be an address of this server, or of the app that the operator has allowed.")
        case .checkoutNotFound: self = .notFound("checkout")
        case .stripe(let error): self.init(error)
        }
    }

    private init(_ error: StripeError) {
        switch error {
        case .refused(let refusal) where refusal.status == 402:
            self.init(
                .init(code: 402), "payment_declined",
                "The payment was refused: \(refusal.message) Look at the card in the portal.")
        case .refused:
            self.init(
                .badGateway, "payment_provider_refused",
                "The payment provider refused this. Tell the operator the request id.")
        case .unavailable:
            self.init(
                .serviceUnavailable, "payment_provider_unavailable",
                "The payment provider does not answer. Try again; with the same Idempotency-Key nothing is done twice.",
                retryAfter: .seconds(10))
        }
    }

    private init(_ refusal: ReceiveStripeEvent.Refusal) {
        switch refusal {
        case .malformed:
            self.init(.badRequest, "stripe_event_malformed", "This is no event of Stripe's with its object in it.")
        case .signature(let refusal):
            let message = switch refusal {
            case .missing: "The header 'Stripe-Signature' is missing."
            case .malformed: "The header 'Stripe-Signature' has no time, or no signature of scheme v1."
            case .forged: "None of the webhook's secrets made this signature."
            case .stale: "The signature's time is more than five minutes away."
            }
            self.init(.badRequest, refusal.rawValue, message)
        }
    }

    private init(_ error: OfferError) {
        switch error {
        case .notFound(let what): self = .notFound(what)
        case .invalid(let field, let message): self = .invalidParameter(field, message)
        case .inUse:
            self.init(
                .conflict, "plan_in_use",
                "The plan 'free' is what accounts fall to; it brings no credits and is not for sale.")
        }
    }
}
