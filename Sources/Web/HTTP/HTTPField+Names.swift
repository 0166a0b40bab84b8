package import HTTPTypes

extension HTTPField.Name {
    /// Supabase's clients name the project in it.
    package static let apiKey = HTTPField.Name(ours: "apikey")
    /// The account to act for, where it is not the caller's personal one.
    package static let darkroomAccount = HTTPField.Name(ours: "Darkroom-Account")
    static let supabaseVersion = HTTPField.Name(ours: "X-Supabase-Api-Version")
    static let supabaseErrorCode = HTTPField.Name(ours: "x-sb-error-code")
    static let totalCount = HTTPField.Name(ours: "X-Total-Count")
    static let requestID = HTTPField.Name(ours: "X-Request-Id")
    static let idempotencyKey = HTTPField.Name(ours: "Idempotency-Key")
    static let idempotentReplayed = HTTPField.Name(ours: "Idempotent-Replayed")
    static let accelBuffering = HTTPField.Name(ours: "X-Accel-Buffering")
    static let clientInfo = HTTPField.Name(ours: "X-Client-Info")
    static let upsert = HTTPField.Name(ours: "X-Upsert")
    static let prefer = HTTPField.Name(ours: "Prefer")
    static let lastEventID = HTTPField.Name(ours: "Last-Event-ID")
    static let referrerPolicy = HTTPField.Name(ours: "Referrer-Policy")
    static let frameOptions = HTTPField.Name(ours: "X-Frame-Options")
    static let link = HTTPField.Name(ours: "Link")

    /// What a raw upload is called.
    static let fileName = HTTPField.Name(ours: "X-File-Name")
    static let crossOriginResourcePolicy = HTTPField.Name(ours: "Cross-Origin-Resource-Policy")

    /// Stripe's names, without the `X-` of ours.
    static let stripeRequestID = HTTPField.Name(ours: "Request-Id")
    static let stripeVersion = HTTPField.Name(ours: "Stripe-Version")

    private init(ours name: String) {
        guard let field = HTTPField.Name(name) else { preconditionFailure("a header's name holds letters, digits and hyphens") }
        self = field
    }
}
