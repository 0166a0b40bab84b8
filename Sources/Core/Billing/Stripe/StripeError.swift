/// Why Stripe did not do what was asked.
package enum StripeError: Error, Sendable, Hashable {
    /// It said no, and would say so again.
    case refused(Refusal)
    /// No response, or none that says anything; it may have done it. The same again, under the same key, does it once.
    case unavailable(String)

    package struct Refusal: Sendable, Hashable {
        package let status: Int
        /// As Stripe names them: `invalid_request_error`, `card_error`, …
        package let type: String
        package let code: String?
        package let parameter: String?
        package let message: String
        /// For Stripe's support, and for the operator.
        package let requestID: String?
    }

    package var isMissing: Bool {
        guard case .refused(let refusal) = self else { return false }
        return refusal.status == 404 || refusal.code == "resource_missing"
    }
}

extension StripeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let refusal):
            "Stripe rejected the request with HTTP \(refusal.status) (\(refusal.code ?? refusal.type), "
                + "request \(refusal.requestID ?? "unknown")): \(refusal.message)"
        case .unavailable(let reason): "Stripe is unavailable: \(reason)"
        }
    }
}
