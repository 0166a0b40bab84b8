package import SQL

/// Creates a user with everything that belongs to one, in one transaction.
package struct SignUp: Sendable {
    package enum Mode: String, Sendable, CaseIterable {
        case open
        /// By an administrator or an invitation only.
        case invite
        case closed
    }

    private let database: Database
    private let passwords: Passwords
    private let time: Time
    package let mode: Mode
    /// If mail is configured, an address counts as confirmed once its owner confirms it, else at once.
    package let confirmsByMail: Bool

    package init(database: Database, passwords: Passwords, time: Time, mode: Mode, confirmsByMail: Bool) {
        self.database = database
        self.passwords = passwords
        self.time = time
        self.mode = mode
        self.confirmsByMail = confirmsByMail
    }

    /// By the person. Throws `SignUpError` or `Passwords.Busy`.
    package func callAsFunction(
        email: String, password: String, metadata: JSON = [:], from client: Client
    ) async throws -> User {
        guard mode == .open else { throw SignUpError.notOpen(mode) }
        let throttle = Throttle.signUp(from: client.address)
        let now = time.now()
        try await database.write(order: .alone) { transaction in
            if let refusal = try transaction.accounts.count([throttle], now: now) {
                throw SignUpError.throttled(refusal)
            }
        }
        return try await create(email: email, password: password, metadata: metadata, isConfirmed: !confirmsByMail)
    }

    /// By an administrator, in every mode. Throws `SignUpError` or `Passwords.Busy`.
    package func create(
        email: String, password: String?, metadata: JSON = [:], isConfirmed: Bool, role: PlatformRole = .user
    ) async throws -> User {
        guard let email = EmailAddress(email) else { throw SignUpError.invalidEmail }
        guard metadata.object != nil, metadata.text.utf8.count <= User.metadataLimit else {
            throw SignUpError.invalidMetadata
        }
        let hash = try await hash(password, for: email)
        let now = time.now()
        let new = NewUser(
            id: .make(at: now), email: email, passwordHash: hash, role: role, metadata: metadata,
            isConfirmed: isConfirmed,
            bonus: isConfirmed ? .welcome(email, now: now) : nil)
        do {
            return try await database.write(order: .alone) { transaction in
                if try transaction.accounts.isTaken(email) { throw SignUpError.taken }
                return try transaction.accounts.insert(new, now: now)
            }
        } catch let error as DatabaseError where error.kind == .unique {
            // Another node was faster, after `isTaken` and before the insertion.
            throw SignUpError.taken
        }
    }

    /// A user like the one that a sign-up makes, but not stored: for responses that must not reveal whether an address
    /// is taken.
    package func nobody(email: String, metadata: JSON) -> User {
        let now = time.now()
        return User(
            id: .make(at: now), email: email, role: .user, metadata: metadata, emailConfirmedAt: nil, lastSignInAt: nil,
            disabledAt: nil, createdAt: now, updatedAt: now)
    }

    private func hash(_ password: String?, for email: EmailAddress) async throws -> PasswordHash? {
        guard let password else { return nil }
        do throws(PasswordRules.Problem) {
            try PasswordRules.check(password, of: email)
        } catch {
            throw SignUpError.password(error)
        }
        return try await passwords.hash(password)
    }
}

package enum SignUpError: Error, Sendable, Hashable {
    case notOpen(SignUp.Mode)
    case invalidEmail
    case invalidMetadata
    case password(PasswordRules.Problem)
    case taken
    case throttled(Throttled)
}
