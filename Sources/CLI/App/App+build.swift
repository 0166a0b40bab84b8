import AsyncHTTPClient
import Core
import Edge
import FalEmulator
import Logging
import SQL
import StripeEmulator
import Web

/// A node: the product, what it serves over HTTP, and the emulators that run in its process.
struct App: Sendable {
    static let version = "0.1.0"

    let settings: Settings
    let darkroom: Darkroom
    let web: WebApplication
    let sandbox: FalEmulator.Server?
    let stripeEmulator: StripeEmulator.Server?
    /// Of all listeners of this process.
    let connections: ConnectionLimits

    var logger: Logger { darkroom.platform.logger }

    /// Puts the node together for `body`, and takes it apart afterwards, also if it throws.
    ///
    /// - Parameter worksHere: Whether the worker runs in this process too; pages say so.
    static func with(
        _ settings: Settings, logger: Logger, worksHere: Bool = true, _ body: (App) async throws -> Void
    ) async throws {
        try await withPlatform(settings, logger: logger, database: {
            try await openMigrated(settings, time: .system, logger: logger)
        }, { platform in
            try await body(App(platform, settings, worksHere: worksHere))
        })
    }

    private init(_ platform: Platform, _ settings: Settings, worksHere: Bool) async throws {
        self.settings = settings
        darkroom = try await Darkroom(platform, settings.darkroom(platform.secrets))
        web = WebApplication(
            darkroom, .init(
                version: App.version, appOrigins: settings.appOrigins, usesTLS: settings.tls != nil,
                worksHere: worksHere, trustedProxies: settings.trustedProxies))
        connections = ConnectionLimits(
            openFiles: OpenFiles.raiseLimit(), perNetwork: settings.connectionsPerNetwork
        ) { [proxies = settings.trustedProxies] in proxies.isTrusted($0) }
        sandbox = try await settings.makeSandbox(platform, connections)
        stripeEmulator = try await settings.makeStripeEmulator(platform, connections)
    }

    /// Opens what every feature stands on, for `body`, and closes it afterwards, also if it throws.
    static func withPlatform<Value>(
        _ settings: Settings, logger: Logger, database: () async throws -> Database,
        _ body: (Platform) async throws -> Value
    ) async throws -> Value {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Platform.httpConfiguration)
        let result: Result<Value, any Error>
        do {
            let database = try await database()
            result = await Result { () async throws -> Value in
                let secrets = try await Secrets.open(
                    settings.secretsStore(database, time: .system), now: Time.system.now())
                return try await body(Platform(
                    database: database, time: .system, logger: logger, secrets: secrets, http: client,
                    notifier: Notifier(database), publicURL: settings.publicURL))
            }
            await database.close()
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
