package import AsyncHTTPClient
package import Core
import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import SQL
import ServiceLifecycle

/// Stripe on the developer's own machine, as far as a business of credits meets it: the same API, hosted pages, a clock
/// that can be moved, signed webhooks. No money moves. See `docs/stripe-sandbox.md`.
package struct StripeSandbox: Service {
    private let configuration: StripeSandboxConfiguration
    private let client: HTTPClient
    private let logger: Logger
    private let standIn: StandIn
    private let address = ListeningPort()

    /// Opens its folder, and makes it where there is none. Nothing is served before `run`.
    package init(_ configuration: StripeSandboxConfiguration, client: HTTPClient, time: Time, logger: Logger) async throws {
        self.configuration = configuration
        self.client = client
        self.logger = logger
        let folder = URL(filePath: configuration.dataFolder)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let database = Database(try SQLiteEngine(path: folder.appending(path: "stripe.sqlite").path))
        try await StandInSchema.migrator.migrate(database) { time.now().milliseconds }
        let address = address
        standIn = StandIn(database: database, rules: configuration.rules, time: time) {
            if let url = configuration.publicURL { return url }
            return try await Self.url(configuration.host, address.number())
        }
        if let faults = configuration.faults {
            try await database.write(order: .alone) { transaction in
                var settings = try transaction.settings()
                settings.faults = faults
                try transaction.keep(settings)
            }
        }
    }

    package var key: String? { configuration.key }

    /// Where this process reaches it, once it listens.
    package var url: String {
        get async throws { try await Self.url(configuration.host, address.number()) }
    }

    private static func url(_ host: String, _ port: Int) -> String {
        let host = host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    package func run() async throws {
        do {
            try await application().run()
        } catch {
            await standIn.database.close()
            throw error
        }
        await standIn.database.close()
    }

    private func application() -> some ApplicationProtocol {
        let responder = StandInResponder(
            api: StandInAPI(standIn: standIn, key: configuration.key), pages: StandInPages(standIn: standIn))
        return Application(
            responder: responder, server: .http1(),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "darkroom-stripe-sandbox"),
            services: [
                ConfiguredEndpoint(standIn: standIn, webhook: configuration.webhook),
                StandInClockwork(standIn: standIn, logger: logger),
                StandInCourier(standIn: standIn, client: client, configuration: configuration, logger: logger),
            ],
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.port
                address.set(port)
                logger.info("the Stripe stand-in listens", metadata: ["host": "\(configuration.host)", "port": "\(port)"])
            }, logger: logger)
    }
}

/// Writes down the endpoint that settings name, as soon as the stand-in has an address.
private struct ConfiguredEndpoint: Service {
    let standIn: StandIn
    let webhook: (url: String, secret: String)?

    func run() async throws {
        if let webhook { try await standIn.configureEndpoint(url: webhook.url, secret: webhook.secret) }
        try await gracefulShutdown()
    }
}
