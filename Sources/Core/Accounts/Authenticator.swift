import Crypto
package import SQL

/// Finds out who sends a request, from the credential that the request carries.
package struct Authenticator: Sendable {
    private let database: Database
    private let tokens: Tokens
    private let credentials: CredentialCache
    private let uses: KeyUses
    private let time: Time
    private static let checkedAtOnce = 512

    package init(database: Database, tokens: Tokens, credentials: CredentialCache, uses: KeyUses, time: Time) {
        self.database = database
        self.tokens = tokens
        self.credentials = credentials
        self.uses = uses
        self.time = time
    }

    /// Proves an API key or an access token, whichever `secret` is. Throws `AuthenticationError`.
    ///
    /// - Parameter account: The one to act for; without it a user acts for their personal account.
    package func authenticate(_ secret: String, account: String? = nil) async throws -> Credential {
        secret.hasPrefix(APIKey.mark)
            ? try await authenticate(key: secret, account: account)
            : try await authenticate(token: secret, account: account)
    }

    private func authenticate(key: String, account: String?) async throws -> Credential {
        guard key.utf8.count <= 128 else { throw AuthenticationError.unknownKey }
        let now = time.now()
        let digest = APIKey.digest(of: key)
        let credential = try await credentials.credential(digest, now: now) {
            try await database.readInline { try $0.accounts.credential(ofKey: digest) }
        }
        if let account, account.lowercased() != credential.actor.account.rawValue {
            throw AuthenticationError.noSuchAccount
        }
        if let key = credential.actor.key { uses.note(key, at: now) }
        return credential
    }

    private func authenticate(token: String, account: String?) async throws -> Credential {
        let now = time.now()
        let (user, session, expiresAt) = try await tokens.verify(token, now: now)
        var chosen = ID<Account>(rawValue: user.rawValue)
        if let account {
            guard let id = ID<Account>(checking: account) else { throw AuthenticationError.noSuchAccount }
            chosen = id
        }
        var credential = try await credentials.credential("\(session)/\(chosen)", now: now) { [chosen] in
            try await database.readInline { try $0.accounts.credential(of: session, of: user, for: chosen) }
        }
        // Each token of a session has an end of its own.
        credential.expiresAt = expiresAt
        return credential
    }

    /// Calls `body` whenever this node ends credentials, before the call that does it returns.
    func onEnd(_ body: @escaping @Sendable (CredentialScope) -> Void) {
        credentials.onEnd(body)
    }

    /// Those of `credentials` that prove nothing any more: the key was revoked, the session or the token has ended, the
    /// user or the account is disabled or deleted, the user is no member. Reads the database and not the cache.
    func ended(among credentials: Set<Credential>) async throws -> Set<Credential> {
        let now = time.now()
        let all = Array(credentials)
        var ended = credentials
        // In parts, so that no transaction grows with the streams of a node.
        for start in stride(from: 0, to: all.count, by: Authenticator.checkedAtOnce) {
            let part = all[start..<min(start + Authenticator.checkedAtOnce, all.count)]
            let valid = try await database.read { try $0.accounts.valid(among: part) }
            ended.subtract(valid.filter { $0.expiresAt.map { $0 > now } ?? true })
        }
        return ended
    }
}
