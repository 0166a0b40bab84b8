import HTTPTypes

extension HTTPField.Name {
    /// Supabase's clients name the project in it.
    static let apiKey = HTTPField.Name(known: "apikey")
    /// The account to act for, if it is not the user's personal one.
    static let darkroomAccount = HTTPField.Name(known: "Darkroom-Account")
    static let supabaseVersion = HTTPField.Name(known: "X-Supabase-Api-Version")
    static let supabaseErrorCode = HTTPField.Name(known: "x-sb-error-code")
    static let totalCount = HTTPField.Name(known: "X-Total-Count")
    static let requestID = HTTPField.Name(known: "X-Request-Id")
    static let idempotencyKey = HTTPField.Name(known: "Idempotency-Key")
    static let idempotentReplayed = HTTPField.Name(known: "Idempotent-Replayed")
    static let accelBuffering = HTTPField.Name(known: "X-Accel-Buffering")
    static let clientInfo = HTTPField.Name(known: "X-Client-Info")
    static let upsert = HTTPField.Name(known: "X-Upsert")
    static let prefer = HTTPField.Name(known: "Prefer")
    static let lastEventID = HTTPField.Name(known: "Last-Event-ID")
    static let referrerPolicy = HTTPField.Name(known: "Referrer-Policy")
    static let frameOptions = HTTPField.Name(known: "X-Frame-Options")
    static let link = HTTPField.Name(known: "Link")
    /// Who a proxy received the request from, after those before it.
    static let forwardedFor = HTTPField.Name(known: "X-Forwarded-For")

    /// The name of a file that is uploaded as the whole body.
    static let fileName = HTTPField.Name(known: "X-File-Name")
    /// Whether a browser's request comes from this site or another.
    static let fetchSite = HTTPField.Name(known: "Sec-Fetch-Site")
    /// What search engines may do with the response.
    static let robotsTag = HTTPField.Name(known: "X-Robots-Tag")
    static let crossOriginResourcePolicy = HTTPField.Name(known: "Cross-Origin-Resource-Policy")

    /// Stripe's names, which have no `X-` before them.
    static let stripeRequestID = HTTPField.Name(known: "Request-Id")
    static let stripeVersion = HTTPField.Name(known: "Stripe-Version")

    private init(known name: String) {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("a header name contains only letters, digits and hyphens")
        }
        self = field
    }
}
