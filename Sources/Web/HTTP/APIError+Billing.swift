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
                "Payments are not configured. Contact the operator.")
        case .notAllowed:
            self.init(.forbidden, "not_allowed", "Only a signed-in owner of the account can manage its payments.")
        case .noSuchItem(.pack(let name)):
            self.init(
                .unprocessableContent, "unknown_pack",
                "Unknown pack '\(name.excerpt)'. GET /api/billing/packs lists the packs.", field: "pack")
        case .noSuchItem(.plan(let name)):
            self.init(
                .unprocessableContent, "unknown_plan",
                """
                Unknown plan '\(name.excerpt)'. GET /api/billing/packs lists the plans. To end a plan, use the \
                billing portal.
                """,
                field: "plan")
        case .planInForce(let name):
            self.init(
                .conflict, "already_on_plan", "The account is already on the plan '\(name)', or is changing to it.",
                field: "plan")
        case .subscriptionUnpaid:
            self.init(
                .conflict, "subscription_unpaid",
                "The last invoice of the plan is unpaid. Pay it in the billing portal, then change the plan.")
        case .foreignAddress(let field):
            self = .invalidParameter(
                field, """
                    '\(field)' must be a URL of this server, or of an app whose origin the operator has listed in \
                    DARKROOM_CORS_ORIGIN.
                    """)
        case .checkoutNotFound: self = .notFound("checkout")
        case .stripe(let error): self.init(error)
        }
    }

    private init(_ error: StripeError) {
        switch error {
        case .refused(let refusal) where refusal.status == 402:
            self.init(
                .init(code: 402), "payment_declined",
                "The payment was declined: \(refusal.message) Check the card in the billing portal.")
        case .refused:
            self.init(
                .badGateway, "payment_provider_refused",
                "The payment provider rejected the request. Contact the operator and give the request id.")
        case .unavailable:
            self.init(
                .serviceUnavailable, "payment_provider_unavailable",
                """
                The payment provider is unavailable. Retry with the same Idempotency-Key; the request will not be \
                processed twice.
                """,
                retryAfter: .seconds(10))
        }
    }

    private init(_ refusal: ReceiveStripeEvent.Refusal) {
        switch refusal {
        case .malformed:
            self.init(
                .badRequest, "stripe_event_malformed", "The body must be a Stripe event that contains its object.")
        case .signature(let refusal):
            let message = switch refusal {
            case .missing: "The header 'Stripe-Signature' is missing."
            case .malformed: "The header 'Stripe-Signature' must contain a timestamp and a v1 signature."
            case .forged: "The signature does not match any of the webhook secrets."
            case .stale: "The timestamp of the signature differs from the server's clock by more than five minutes."
            }
            self.init(.badRequest, refusal.rawValue, message)
        }
    }

    private init(_ error: OfferError) {
        switch error {
        case .notFound(let what): self.init(.notFound, "not_found", "There is no \(what) with this name.")
        case .invalid(let field, let message): self = .invalidParameter(field, message)
        case .inUse:
            self.init(
                .conflict, "plan_in_use",
                """
                The plan 'free' is the default plan of accounts, and 'pay_as_you_go' has the limits of bought credits. \
                They cannot have a price or monthly credits.
                """)
        }
    }
}
