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
package struct Server: Service {
    private let settings: Settings
    private let client: HTTPClient
    private let logger: Logger
    private let standIn: Emulator
    private let address = ListeningPort()

    /// Opens its folder, and makes it where there is none. Nothing is served before `run`.
    package init(_ settings: Settings, client: HTTPClient, time: Time, logger: Logger) async throws {
        self.settings = settings
        self.client = client
        self.logger = logger
        let folder = URL(filePath: settings.dataFolder)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let database = Database(try SQLiteEngine(path: folder.appending(path: "stripe.sqlite").path))
        try await Schema.migrator.migrate(database) { time.now().milliseconds }
        let address = address
        standIn = Emulator(database: database, rules: settings.rules, time: time) {
            if let url = settings.publicURL { return url }
            return try await Self.url(settings.host, address.number())
        }
        if let faults = settings.faults {
            try await database.write(order: .alone) { transaction in
                var settings = try transaction.settings()
                settings.faults = faults
                try transaction.keep(settings)
            }
        }
    }

    package var key: String? { settings.key }

    /// Where this process reaches it, once it listens.
    package var url: String {
        get async throws { try await Self.url(settings.host, address.number()) }
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
        let responder = Responder(
            api: API(standIn: standIn, key: settings.key), pages: Pages(standIn: standIn))
        return Application(
            responder: responder, server: .http1(),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "darkroom-stripe-sandbox"),
            services: [
                ConfiguredEndpoint(standIn: standIn, webhook: settings.webhook),
                Scheduler(standIn: standIn, logger: logger),
                WebhookSender(standIn: standIn, client: client, settings: settings, logger: logger),
            ],
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.port
                address.set(port)
                logger.info("the Stripe stand-in listens", metadata: ["host": "\(settings.host)", "port": "\(port)"])
            }, logger: logger)
    }
}

/// Writes down the endpoint that settings name, as soon as the stand-in has an address.
private struct ConfiguredEndpoint: Service {
    let standIn: Emulator
    let webhook: (url: String, secret: String)?

    func run() async throws {
        if let webhook { try await standIn.configureEndpoint(url: webhook.url, secret: webhook.secret) }
        try await gracefulShutdown()
    }
}
