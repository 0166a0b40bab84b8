import SQL

/// Verifies a password, with a limit on guesses. Every guess is counted before it is checked, so that simultaneous
/// guesses count too; the count of a correct one is undone.
struct PasswordCheck: Sendable {
    let database: Database
    let passwords: Passwords
    let time: Time

    /// Returns the user if the password is theirs. Throws `SignInError`, after one hash, whether or not there is such a
    /// user.
    func callAsFunction(_ email: String, _ password: String, from client: Client) async throws -> User {
        let now = time.now()
        let byEmail = Throttle.signIn(email: email)
        let byAddress = Throttle.signIn(from: client.address)
        let found = try await database.write(order: .alone) { transaction in
            if let refusal = try transaction.accounts.count([byEmail, byAddress], now: now) {
                throw SignInError.throttled(refusal)
            }
            return try EmailAddress(email).flatMap { try transaction.accounts.credentials(of: $0) }
        }
        guard try await passwords.verify(password, against: found?.hash), let found else {
            throw SignInError.invalidCredentials
        }
        let raised = try await raisedHash(found, password)
        try await database.write(order: .alone) { transaction in
            try transaction.accounts.clear(byEmail)
            try transaction.accounts.giveBack(byAddress)
            if let raised { try transaction.accounts.setPassword(raised, of: found.user.id, now: now) }
        }
        return found.user
    }

    /// A sign-in is the only moment at which a password can be hashed again at today's cost.
    private func raisedHash(_ found: Credentials, _ password: String) async throws -> PasswordHash? {
        guard let hash = found.hash, passwords.isOutdated(hash) else { return nil }
        return try await passwords.hash(password)
    }
}

package enum SignInError: Error, Sendable, Hashable {
    /// Also if there is no such user.
    case invalidCredentials
    case emailNotConfirmed
    case userDisabled
    case throttled(Throttled)
}
