import Crypto
import SQL

/// Begins, refreshes and ends sessions.
package struct Sessions: Sendable {
    private let database: Database
    private let tokens: Tokens
    private let refreshKey: SymmetricKey
    private let networks: NetworkDigest
    private let credentials: CredentialCache
    private let time: Time

    init(
        database: Database, tokens: Tokens, refreshKey: SymmetricKey, networks: NetworkDigest,
        credentials: CredentialCache, time: Time
    ) {
        self.database = database
        self.tokens = tokens
        self.refreshKey = refreshKey
        self.networks = networks
        self.credentials = credentials
        self.time = time
    }

    /// For a user whose identity was just proved, and whose network is known from now on. Throws
    /// `SignInError.userDisabled`.
    package func start(for user: ID<User>, from client: Client) async throws -> SignedIn {
        let now = time.now()
        let id = ID<Session>.make(at: now)
        let network = networks.digest(of: client.address)
        let (session, signedIn) = try await database.write(order: .user(user)) { transaction in
            guard let signedIn = try transaction.accounts.noteSignIn(of: user, now: now) else {
                throw SignInError.userDisabled
            }
            try transaction.accounts.noteNetwork(network, of: user, now: now)
            return (
                try transaction.accounts.insertSession(id, of: user, userAgent: client.userAgent, now: now), signedIn)
        }
        return try await tokens(for: signedIn, session, now: now)
    }

    /// Exchanges a refresh token for new ones. Throws `RefreshError`; any other error means that the session goes on
    /// and the client may retry.
    package func refresh(_ text: String) async throws -> SignedIn {
        guard let token = RefreshToken(text, key: refreshKey) else { throw RefreshError.notFound }
        let now = time.now()
        let outcome = try await database.write(order: .alone) { transaction in
            try transaction.accounts.exchange(token, now: now)
        }
        switch outcome {
        case .goesOn(let session, let user):
            return try await tokens(for: user, session, now: now)
        case .ended:
            credentials.end(.session(token.session))
            throw RefreshError.alreadyUsed
        }
    }

    /// Which sessions signing out ends.
    package enum Scope: String, Sendable {
        case global, local, others
    }

    package func end(_ scope: Scope, of user: ID<User>, current: ID<Session>) async throws {
        let now = time.now()
        try await database.write(order: .user(user)) { transaction in
            switch scope {
            case .local: try transaction.accounts.endSession(current, .signedOut, now: now)
            case .others: try transaction.accounts.endSessions(of: user, except: current, .signedOut, now: now)
            case .global: try transaction.accounts.endSessions(of: user, .signedOut, now: now)
            }
        }
        switch scope {
        case .local: credentials.end(.session(current))
        case .others: credentials.end(.sessions(of: user, except: current))
        case .global: credentials.end(.sessions(of: user))
        }
    }

    private func tokens(for user: User, _ session: Session, now: Instant) async throws -> SignedIn {
        let access = try await tokens.issue(for: user, session, now: now)
        let refresh = RefreshToken(session: session.id, generation: session.generation)
        return SignedIn(
            user: user, session: session.id, accessToken: access.text, refreshToken: refresh.text(key: refreshKey),
            expiresAt: access.expiresAt)
    }
}

private enum RefreshOutcome: Sendable {
    case goesOn(Session, User)
    /// By this very exchange. A value and not an error, since an error would undo it.
    case ended
}

extension AccountStatements {
    fileprivate func exchange(_ token: RefreshToken, now: Instant) throws -> RefreshOutcome {
        guard let session = try lockSession(token.session), let user = try user(session.user) else {
            throw RefreshError.notFound
        }
        guard user.disabledAt == nil else { throw RefreshError.userDisabled }
        switch session.exchange(of: token.generation, now: now) {
        case .rotate:
            guard let rotated = try rotate(session, now: now) else { throw RefreshError.notFound }
            return .goesOn(rotated, user)
        case .repeatSuccessor:
            return .goesOn(session, user)
        case .end:
            try endSession(session.id, .reused, now: now)
            return .ended
        case .refuse(let error):
            throw error
        }
    }
}
