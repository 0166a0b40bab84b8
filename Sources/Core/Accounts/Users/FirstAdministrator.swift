package import SQL

/// Creates a user who can sign in to a new installation. Does nothing if there is an administrator, so it may run at
/// every start.
package struct FirstAdministrator: Sendable {
    package struct Made: Sendable {
        package let user: User
        /// Set if none was given. To be shown once, to the person who started the program.
        package let generatedPassword: String?
    }

    static let defaultEmail = "admin@localhost"

    private let database: Database
    private let passwords: Passwords
    private let time: Time

    package init(database: Database, passwords: Passwords, time: Time) {
        self.database = database
        self.passwords = passwords
        self.time = time
    }

    /// Returns nil if there is one already. Throws `SignUpError`: `taken` if a user has the address without being an
    /// administrator, since signing up with it first must not make anyone an administrator.
    package func callAsFunction(email: String?, password: String?) async throws -> Made? {
        if try await database.read({ try $0.accounts.hasAdministrator() }) { return nil }
        guard let email = EmailAddress(email ?? Self.defaultEmail) else { throw SignUpError.invalidEmail }
        let chosen = password ?? Self.makePassword()
        do throws(PasswordRules.Problem) { try PasswordRules.check(chosen, of: email) } catch {
            throw SignUpError.password(error)
        }
        let hash = try await passwords.hash(chosen, in: .installation)
        guard let user = try await insert(email, hash) else { return nil }
        return Made(user: user, generatedPassword: password == nil ? chosen : nil)
    }

    private func insert(_ email: EmailAddress, _ hash: PasswordHash) async throws -> User? {
        let now = time.now()
        let id = ID<User>.make(at: now)
        let new = NewUser(
            id: id, email: email, passwordHash: hash, role: .admin, metadata: [:], isConfirmed: true,
            bonus: .firstAdministrator(id))
        do {
            return try await database.write(order: .alone) { transaction in
                if try transaction.accounts.hasAdministrator() { return nil }
                if try transaction.accounts.isTaken(email) { throw SignUpError.taken }
                return try transaction.accounts.insert(new, now: now)
            }
        } catch let error as DatabaseError where error.kind == .unique {
            // Another node that starts at the same time made it.
            return nil
        }
    }

    /// Four groups that can be read aloud: 24 letters of 32 hold 120 bits.
    package static func makePassword() -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            String((0..<6).map { _ in letters[Int.random(in: letters.indices, using: &generator)] })
        }.joined(separator: "-")
    }
}
