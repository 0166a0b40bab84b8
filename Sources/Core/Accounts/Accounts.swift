/// Users, sessions, API keys and who may use them.
package struct Accounts: Sendable {
    package let secrets: Secrets
    package let tokens: Tokens
    package let authenticator: Authenticator
    package let signUp: SignUp
    package let signIn: SignIn
    package let sessions: Sessions
    package let users: Users
    package let editUsers: EditUsers
    package let apiKeys: APIKeys
    package let keyUses: KeyUses
    package let createFirstAdministrator: FirstAdministrator
    private let deleteEndedSessions: DeleteEndedSessions
    private let enableUsers: EnableUsers

    package struct Settings: Sendable {
        package var signUp: SignUp.Mode
        /// Whether an address counts only once its owner has answered a mail.
        package var confirmsByMail: Bool
        package var passwordCost: PasswordHash.Cost

        package init(
            signUp: SignUp.Mode = .open, confirmsByMail: Bool = false, passwordCost: PasswordHash.Cost = .standard
        ) {
            self.signUp = signUp
            self.confirmsByMail = confirmsByMail
            self.passwordCost = passwordCost
        }
    }

    package init(_ platform: Platform, _ settings: Settings) async throws {
        let (database, time, secrets) = (platform.database, platform.time, platform.secrets)
        let credentials = CredentialCache()
        let passwords = try Passwords(cost: settings.passwordCost)
        let networks = NetworkDigest(key: secrets.key(for: .knownNetworks))
        let check = PasswordCheck(database: database, passwords: passwords, networks: networks, time: time)
        self.secrets = secrets
        tokens = await Tokens(secrets, issuer: platform.publicURL + "/auth/v1")
        keyUses = KeyUses(database: database)
        authenticator = Authenticator(
            database: database, tokens: tokens, credentials: credentials, uses: keyUses, time: time)
        signUp = SignUp(
            database: database, passwords: passwords, time: time, mode: settings.signUp,
            confirmsByMail: settings.confirmsByMail)
        sessions = Sessions(
            database: database, tokens: tokens, refreshKey: secrets.key(for: .refreshTokens), networks: networks,
            credentials: credentials, time: time)
        signIn = SignIn(check: check, sessions: sessions)
        users = Users(database: database, passwords: passwords, check: check, credentials: credentials, time: time)
        editUsers = EditUsers(database: database, passwords: passwords, credentials: credentials, time: time)
        apiKeys = APIKeys(database: database, credentials: credentials, time: time)
        createFirstAdministrator = FirstAdministrator(database: database, passwords: passwords, time: time)
        deleteEndedSessions = DeleteEndedSessions(database: database, time: time)
        enableUsers = EnableUsers(database: database, time: time)
    }

    var tasks: [ScheduledTask] {
        [
            ScheduledTask("note key uses", every: KeyUses.interval, on: .eachNode) { try await keyUses.runOnce() },
            ScheduledTask("enable users", every: .seconds(60)) { _ = try await enableUsers.runOnce() },
            ScheduledTask("delete ended sessions", every: .seconds(3600)) {
                _ = try await deleteEndedSessions.runOnce()
            },
        ]
    }
}
