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
        let throttles = [Throttle.signUp(from: client.address), .hashes(from: client.address)]
        let now = time.now()
        if let refusal = try await database.read({ try $0.accounts.refusal(of: throttles, now: now) }) {
            throw SignUpError.throttled(refusal)
        }
        return try await passwords.withPlace(in: .network(client.address)) { place in
            try await database.write(order: .alone) { transaction in
                if let refusal = try transaction.accounts.count(throttles, now: now) {
                    throw SignUpError.throttled(refusal)
                }
            }
            return try await create(
                email, password, metadata, isConfirmed: !confirmsByMail, role: .user) { try await place.hash($0) }
        }
    }

    /// By an operator, in every mode. Throws `SignUpError` or `Passwords.Busy`.
    package func create(
        email: String, password: String?, metadata: JSON = [:], isConfirmed: Bool, role: PlatformRole = .user,
        by tool: OperatorTool
    ) async throws -> User {
        try await create(email, password, metadata, isConfirmed: isConfirmed, role: role, by: tool) {
            try await passwords.hash($0, in: .installation)
        }
    }

    private func create(
        _ email: String, _ password: String?, _ metadata: JSON, isConfirmed: Bool, role: PlatformRole,
        by tool: OperatorTool? = nil, hash: (String) async throws -> PasswordHash
    ) async throws -> User {
        guard let email = EmailAddress(email) else { throw SignUpError.invalidEmail }
        guard User.takes(metadata) else { throw SignUpError.invalidMetadata }
        try check(password, of: email)
        var passwordHash: PasswordHash?
        if let password { passwordHash = try await hash(password) }
        let now = time.now()
        let new = NewUser(
            id: .make(at: now), email: email, passwordHash: passwordHash, role: role, metadata: metadata,
            isConfirmed: isConfirmed,
            bonus: isConfirmed ? .welcome(email, now: now) : nil)
        do {
            return try await database.write(order: .alone) { transaction in
                if try transaction.accounts.isTaken(email) { throw SignUpError.taken }
                if let tool {
                    try transaction.auditLog.note(
                        tool.entry("users.create", of: new.id.rawValue, ["role": .string(role.rawValue)], at: now))
                }
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
            disabledAt: nil, disabledUntil: nil, createdAt: now, updatedAt: now)
    }

    private func check(_ password: String?, of email: EmailAddress) throws(SignUpError) {
        guard let password else { return }
        do throws(PasswordRules.Problem) {
            try PasswordRules.check(password, of: email)
        } catch {
            throw .password(error)
        }
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
