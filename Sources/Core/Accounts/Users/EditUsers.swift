package import SQL

/// What an operator changes about users: on the command line, and with the service-role key. Every change is in the
/// audit log. It takes effect at once on this node, and within `CredentialCache.lifetime` on the others.
package struct EditUsers: Sendable {
    private let database: Database
    private let passwords: Passwords
    private let credentials: CredentialCache
    private let time: Time

    package init(database: Database, passwords: Passwords, credentials: CredentialCache, time: Time) {
        self.database = database
        self.passwords = passwords
        self.credentials = credentials
        self.time = time
    }

    /// What is nil stays as it is.
    package struct Change: Sendable {
        package var email: String?
        /// Whether the address counts as confirmed from now on, which brings the welcome credits.
        package var confirmsEmail = false
        package var password: String?
        /// Merged; null removes a member.
        package var metadata: [String: JSON]?
        package var role: PlatformRole?
        package var access: UserAccess?

        package init(
            email: String? = nil, confirmsEmail: Bool = false, password: String? = nil, metadata: [String: JSON]? = nil,
            role: PlatformRole? = nil, access: UserAccess? = nil
        ) {
            self.email = email
            self.confirmsEmail = confirmsEmail
            self.password = password
            self.metadata = metadata
            self.role = role
            self.access = access
        }
    }

    /// All of `change`, or nothing. A new password ends all sessions and forgets wrong guesses; a disabled user has no
    /// session, and their keys prove nothing until they are enabled again.
    ///
    /// Throws `UserError` or `Passwords.Busy`.
    package func callAsFunction(_ id: ID<User>, _ change: Change, by tool: OperatorTool) async throws -> User {
        let hash = try await hash(of: change, for: id)
        let now = time.now()
        let edited: User?
        do {
            edited = try await database.write(order: .alone) { transaction in
                let accounts = transaction.accounts
                // Before the user's row, in the order of all: of two nodes, one finds that it was the last but one.
                let administrators = try change.mayDismiss ? accounts.lockAdministrators() : []
                try transaction.lock([ID(rawValue: id.rawValue)])
                guard let user = try accounts.user(id) else { throw UserError.notFound }
                let edit = try UserEdit(change, of: user, isLastAdministrator: administrators == [id])
                try accounts.apply(edit, hash, to: user, now: now)
                for (action, details) in edit.actions {
                    try transaction.auditLog.note(tool.entry(action, of: id.rawValue, details, at: now))
                }
                return try edit.isEmpty ? user : accounts.user(id)
            }
        } catch let error as DatabaseError where error.kind == .unique {
            throw UserError.emailTaken
        }
        credentials.forget(.user(id))
        if change.password != nil { credentials.end(.sessions(of: id)) }
        if change.access?.isDisabled == true { credentials.end(.user(id)) }
        guard let edited else { throw UserError.notFound }
        return edited
    }

    private func hash(of change: Change, for id: ID<User>) async throws -> PasswordHash? {
        guard let password = change.password else { return nil }
        guard let user = try await database.read({ try $0.accounts.user(id) }) else { throw UserError.notFound }
        guard let email = EmailAddress(change.email ?? user.email) else { throw UserError.invalidEmail }
        do throws(PasswordRules.Problem) { try PasswordRules.check(password, of: email) } catch {
            throw UserError.password(error)
        }
        return try await passwords.hash(password, in: .installation)
    }
}

extension EditUsers.Change {
    /// Whether an administrator may be none afterwards, or may not sign in.
    fileprivate var mayDismiss: Bool { role == .user || access?.isDisabled == true }
}

extension AccountStatements {
    fileprivate func apply(
        _ edit: UserEdit, _ hash: PasswordHash?, to user: User, now: Instant
    ) throws {
        if let email = edit.email {
            if let other = try self.user(withEmail: email), other.id != user.id { throw UserError.emailTaken }
            try setEmail(email, of: user.id, now: now)
        }
        if edit.isConfirmed { try confirm(user, email: edit.email ?? EmailAddress(user.email), now: now) }
        if let metadata = edit.metadata { try setMetadata(metadata, of: user.id, now: now) }
        if let role = edit.role { try setRole(role, of: user.id, now: now) }
        if edit.setsPassword, let hash {
            try setPassword(hash, of: user.id, now: now)
            try endSessions(of: user.id, .passwordChanged, now: now)
            try clearGuesses(of: edit.email?.text ?? user.email)
        }
        if let access = edit.access {
            try setAccess(access, of: user.id, now: now)
            if access.isDisabled { try endSessions(of: user.id, .disabled, now: now) }
        }
    }

    private func confirm(_ user: User, email: EmailAddress?, now: Instant) throws {
        try confirmEmail(of: user.id, now: now)
        guard let email, case let bonus = NewUser.Bonus.welcome(email, now: now),
            try !transaction.ledger.isBooked(key: bonus.key)
        else { return }
        try transaction.ledger.grant(
            .bonus, bonus.amount, to: user.personalAccount, key: bonus.key, expiresAt: bonus.expiresAt, now: now)
    }
}
