package import SQL

/// All parts of identity, put together once at the start.
package struct Identity: Sendable {
    package let secrets: Secrets
    package let tokens: Tokens
    package let authenticator: Authenticator
    package let signUp: SignUp
    package let signIn: SignIn
    package let sessions: Sessions
    package let users: Users
    package let apiKeys: APIKeys
    package let keyUses: KeyUses
    package let createFirstAdministrator: FirstAdministrator

    /// - Parameter publicURL: The address that clients know, without a trailing slash.
    package init(
        database: Database, secrets: Secrets, publicURL: String, signUpMode: SignUp.Mode, confirmsByMail: Bool, time: Time,
        passwords: Passwords
    ) async {
        let proofs = ProofCache()
        let check = PasswordCheck(database: database, passwords: passwords, time: time)
        self.secrets = secrets
        tokens = await Tokens(secrets, issuer: publicURL + "/auth/v1")
        keyUses = KeyUses(database: database)
        authenticator = Authenticator(database: database, tokens: tokens, proofs: proofs, uses: keyUses, time: time)
        signUp = SignUp(
            database: database, passwords: passwords, time: time, mode: signUpMode, confirmsByMail: confirmsByMail)
        sessions = Sessions(
            database: database, tokens: tokens, refreshKey: secrets.key(for: .refreshTokens), proofs: proofs, time: time)
        signIn = SignIn(check: check, sessions: sessions)
        users = Users(database: database, passwords: passwords, check: check, proofs: proofs, time: time)
        apiKeys = APIKeys(database: database, proofs: proofs, time: time)
        createFirstAdministrator = FirstAdministrator(database: database, passwords: passwords, time: time)
    }
}
