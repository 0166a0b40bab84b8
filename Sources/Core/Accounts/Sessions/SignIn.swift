/// Signs in with an email address and a password.
package struct SignIn: Sendable {
    private let check: PasswordCheck
    private let sessions: Sessions

    init(check: PasswordCheck, sessions: Sessions) {
        self.check = check
        self.sessions = sessions
    }

    /// Throws `SignInError` or `Passwords.Busy`.
    package func callAsFunction(email: String, password: String, from client: Client) async throws -> SignedIn {
        let user = try await check(email, password, from: client)
        // Revealed only to a client that knows the password.
        guard user.emailConfirmedAt != nil else { throw SignInError.emailNotConfirmed }
        return try await sessions.start(for: user.id, from: client)
    }
}
