import JWTKit

/// Access tokens: short-lived, signed, and readable by anyone who has the published keys.
package struct Tokens: Sendable {
    package static let lifetime = Duration.seconds(3600)
    /// The most bytes of a token as it is sent, so that it fits into the headers that proxies let through. What a user
    /// and the operator may choose of it is bounded by `User.metadataLimit`, `EmailAddress` and the setting of the
    /// public URL.
    static let longest = 4096

    private let keys: JWTKeyCollection
    private let signingKey: JWKIdentifier
    private let issuer: String
    /// The published keys, as a client asks for them (RFC 7517).
    package let keySet: JSON

    /// - Parameter issuer: The address of the auth surface, such as `https://example.com/auth/v1`. It is written and
    ///   not checked: the keys are of this installation alone, and a change of its address must sign nobody out.
    package init(_ secrets: Secrets, issuer: String) async {
        keys = JWTKeyCollection()
        for key in secrets.signingKeys { await keys.add(ecdsa: key.privateKey, kid: JWKIdentifier(string: key.id)) }
        signingKey = JWKIdentifier(string: secrets.signingKeys[0].id)
        keySet = ["keys": .array(secrets.signingKeys.map(\.published))]
        self.issuer = issuer
    }

    /// A token for a signed-in user, and when it ends.
    func issue(for user: User, _ session: Session, now: Instant) async throws -> (text: String, expiresAt: Instant) {
        var claims = AccessClaims(user, session, issuer: issuer, now: now, lifetime: Self.lifetime)
        let expiresAt = Instant(seconds: claims.exp)
        let text = try await keys.sign(claims, kid: signingKey)
        guard text.utf8.count > Self.longest else { return (text, expiresAt) }
        // Stored by an earlier version, which took more. The user's own object still shows them.
        claims.user_metadata = [:]
        return (try await keys.sign(claims, kid: signingKey), expiresAt)
    }

    /// Returns whose session a token belongs to. Whether that session is still live, only the database knows.
    func verify(
        _ text: String, now: Instant
    ) async throws(AuthenticationError) -> (user: ID<User>, session: ID<Session>, expiresAt: Instant) {
        guard text.utf8.count <= Self.longest else { throw .invalidToken }
        let claims: AccessClaims
        do {
            claims = try await keys.verify(text, as: AccessClaims.self)
        } catch {
            throw .invalidToken
        }
        guard claims.role == AccessClaims.authenticated, let user = ID<User>(checking: claims.sub),
            let session = ID<Session>(checking: claims.session_id)
        else { throw .invalidToken }
        guard now.seconds < claims.exp else { throw .expiredToken }
        return (user, session, Instant(seconds: claims.exp))
    }
}
