import HTTPTypes

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name(stripe: "Idempotency-Key")
    static let idempotentReplayed = HTTPField.Name(stripe: "Idempotent-Replayed")
    static let stripeRequestID = HTTPField.Name(stripe: "Request-Id")
    static let stripeVersion = HTTPField.Name(stripe: "Stripe-Version")

    private init(stripe name: String) {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("a header name contains only letters, digits and hyphens")
        }
        self = field
    }
}
