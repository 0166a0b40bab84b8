import SQL

/// The users as they see and change themselves, and as an administrator sees them.
package struct Users: Sendable {
    private let database: Database
    private let passwords: Passwords
    private let check: PasswordCheck
    private let credentials: CredentialCache
    private let time: Time

    init(database: Database, passwords: Passwords, check: PasswordCheck, credentials: CredentialCache, time: Time) {
        self.database = database
        self.passwords = passwords
        self.check = check
        self.credentials = credentials
        self.time = time
    }

    package func find(_ id: ID<User>) async throws -> User? {
        try await database.read { try $0.accounts.user(id) }
    }

    /// Returns one page and how many there are in all. Pages are counted from 1.
    package func list(page: Int, size: Int) async throws -> (users: [User], total: Int) {
        try await database.read { transaction in
            try (transaction.accounts.users(offset: (page - 1) * size, limit: size), transaction.accounts.countUsers())
        }
    }

    /// What users ask to change about themselves.
    package struct Change: Sendable {
        package var metadata: [String: JSON]?
        package var password: String?
        package var currentPassword: String?

        package init(metadata: [String: JSON]? = nil, password: String? = nil, currentPassword: String? = nil) {
            self.metadata = metadata
            self.password = password
            self.currentPassword = currentPassword
        }
    }

    /// A changed password ends the user's other sessions. Throws `UserError`, `SignInError.throttled` or
    /// `Passwords.Busy`.
    package func change(
        _ id: ID<User>, _ change: Change, in session: ID<Session>, from client: Client
    ) async throws -> User {
        guard let user = try await find(id) else { throw UserError.notFound }
        let hash = try await newHash(for: user, change, in: session, from: client)
        let now = time.now()
        let changed = try await database.write(order: .user(id)) { transaction in
            guard let user = try transaction.accounts.user(id) else { throw UserError.notFound }
            if let changes = change.metadata {
                let metadata = user.metadata(merging: changes)
                guard User.takes(metadata) else { throw UserError.invalidMetadata }
                try transaction.accounts.setMetadata(metadata, of: id, now: now)
            }
            if let hash {
                try transaction.accounts.setPassword(hash, of: id, now: now)
                try transaction.accounts.endSessions(of: id, except: session, .passwordChanged, now: now)
            }
            return try transaction.accounts.user(id)
        }
        if hash != nil { credentials.end(.sessions(of: id, except: session)) }
        guard let changed else { throw UserError.notFound }
        return changed
    }

    /// Ends every way to sign in and removes what identifies the person; what their account owns stays, without a name.
    package func delete(_ id: ID<User>) async throws {
        let now = time.now()
        try await database.write(order: .user(id)) { transaction in
            guard let user = try transaction.accounts.user(id) else { throw UserError.notFound }
            try transaction.accounts.endSessions(of: user.id, .disabled, now: now)
            try transaction.accounts.anonymize(user.id, now: now)
        }
        credentials.end(.user(id))
    }

    private func newHash(
        for user: User, _ change: Change, in session: ID<Session>, from client: Client
    ) async throws -> PasswordHash? {
        guard let password = change.password else { return nil }
        guard let email = EmailAddress(user.email) else { throw UserError.notFound }
        do throws(PasswordRules.Problem) { try PasswordRules.check(password, of: email) } catch {
            throw UserError.password(error)
        }
        if let current = change.currentPassword {
            if PasswordHash.isSame(current, password) { throw UserError.samePassword }
        } else if try await isOld(session) {
            throw UserError.currentPasswordRequired
        }
        // Two hashes: of the current password or the new one against what is stored, and of the new one to be stored.
        let hash = Throttle.hashes(from: client.address)
        let counts = [hash, hash, .passwordChanges(of: user.id)]
        let now = time.now()
        if let refusal = try await database.read({ try $0.accounts.refusal(of: counts, now: now) }) {
            throw SignInError.throttled(refusal)
        }
        return try await passwords.withPlace(in: .network(client.address)) { place in
            if let current = change.currentPassword {
                try await demand(current, of: user, from: client, in: place)
            } else {
                try await refuseSame(password, email, counting: counts, in: place)
            }
            return try await place.hash(password)
        }
    }

    private func demand(
        _ current: String, of user: User, from client: Client, in place: Passwords.Place
    ) async throws {
        let guess = PasswordCheck.Guess(
            email: user.email, password: current, client: client,
            others: [.hashes(from: client.address), .passwordChanges(of: user.id)])
        do {
            _ = try await check.verify(guess, in: place)
        } catch SignInError.invalidCredentials {
            throw UserError.currentPasswordWrong
        }
    }

    private func refuseSame(
        _ password: String, _ email: EmailAddress, counting throttles: [Throttle], in place: Passwords.Place
    ) async throws {
        let now = time.now()
        let stored = try await database.write(order: .alone) { transaction in
            if let refusal = try transaction.accounts.count(throttles, now: now) {
                throw SignInError.throttled(refusal)
            }
            return try transaction.accounts.credentials(of: email)?.hash
        }
        if try await place.verify(password, against: stored) { throw UserError.samePassword }
    }

    /// A day after signing in, someone else may be at the keyboard.
    private func isOld(_ session: ID<Session>) async throws -> Bool {
        guard let session = try await database.read({ try $0.accounts.session(session) }) else { return true }
        return time.now() - session.createdAt > .seconds(86_400)
    }
}
