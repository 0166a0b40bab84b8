import JWTKit

/// The claims of an access token, with the names that Supabase's clients read.
struct AccessClaims: JWTPayload {
    static let authenticated = "authenticated"

    let iss: String
    let sub: String
    let aud: String
    let exp: Int64
    let iat: Int64
    let email: String
    let phone: String
    let app_metadata: JSON
    var user_metadata: JSON
    let role: String
    let aal: String
    let amr: [Method]
    let session_id: String
    let is_anonymous: Bool

    /// How the user proved who they are, and when.
    struct Method: Codable {
        let method: String
        let timestamp: Int64
    }

    init(_ user: User, _ session: Session, issuer: String, now: Instant, lifetime: Duration) {
        iss = issuer
        sub = user.id.rawValue
        aud = Self.authenticated
        exp = (now + lifetime).seconds
        iat = now.seconds
        email = user.email
        phone = ""
        app_metadata = user.appMetadata
        user_metadata = user.metadata
        role = Self.authenticated
        aal = "aal1"
        amr = [Method(method: "password", timestamp: session.createdAt.seconds)]
        session_id = session.id.rawValue
        is_anonymous = false
    }

    /// Checks nothing beyond the signature: `Tokens` knows what time it is, this function does not.
    func verify(using algorithm: some JWTAlgorithm) throws {}
}

extension User {
    /// What the server states about the user, and the user cannot change.
    package var appMetadata: JSON {
        .object(Self.fixedAppMetadata.merging(["role": .string(role.rawValue)]) { $1 })
    }

    /// The part of it that is the same for all users.
    package static let fixedAppMetadata: [String: JSON] = ["provider": "email", "providers": ["email"]]
}
