import Crypto
package import SQL

/// Finds out who sends a request, from the credential that the request carries.
package struct Authenticator: Sendable {
    private let database: Database
    private let tokens: Tokens
    private let credentials: CredentialCache
    private let uses: KeyUses
    private let time: Time

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
        let (user, session) = try await tokens.verify(token, now: now)
        var chosen = ID<Account>(rawValue: user.rawValue)
        if let account {
            guard let id = ID<Account>(checking: account) else { throw AuthenticationError.noSuchAccount }
            chosen = id
        }
        return try await credentials.credential("\(session)/\(chosen)", now: now) { [chosen] in
            try await database.readInline { try $0.accounts.credential(of: session, of: user, for: chosen) }
        }
    }
}
