import AsyncHTTPClient
import Core
import Foundation
import Logging
import SQL

/// The installation's first administrator, signed in by anyone who may read its secrets: the right to the data folder
/// or the database is the right to everything in it.
actor LocalAdministrator {
    private let database: Database
    private let identity: Accounts
    private let time: Time
    private var signedIn: SignedIn

    init(_ settings: Settings, publicURL: String, time: Time = .system) async throws {
        if case .sqlite(let path) = settings.database,
            access(settings.data + "/secrets.json", R_OK) != 0 || access(path, R_OK | W_OK) != 0 {
            throw Failure(.usage, """
                This user cannot read the data folder \(settings.data), so the command cannot act as its \
                administrator. Give an API key with --key.
                """)
        }
        database = try await App.openExisting(settings)
        let secrets = try await Secrets.open(settings.secretsStore(database, time: time), now: time.now())
        let platform = Platform(
            database: database, time: time, logger: Logger.darkroom(settings.log), secrets: secrets, http: .shared,
            notifier: Notifier(database), publicURL: publicURL)
        identity = try await Accounts(platform, .init(signUp: .closed))
        guard let user = try await database.read({ try $0.accounts.firstAdministrator() }) else {
            throw Failure(.failed, """
                This installation has no administrator. Create one with 'darkroom admin create-user EMAIL --admin'.
                """)
        }
        signedIn = try await identity.sessions.start(
            for: user.id, from: Client(address: "local", userAgent: "darkroom generate"))
        self.time = time
    }

    /// One that lives for another minute at least.
    func token() async throws -> String {
        if signedIn.expiresAt - time.now() < .seconds(60) {
            signedIn = try await identity.sessions.refresh(signedIn.refreshToken)
        }
        return signedIn.accessToken
    }

    /// Ends the session, so that none is left behind by every command.
    func leave() async throws {
        try await identity.sessions.end(.local, of: signedIn.user.id, current: signedIn.session)
        await database.close()
    }
}
