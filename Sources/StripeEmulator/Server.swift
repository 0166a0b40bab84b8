package import AsyncHTTPClient
package import Core
import Edge
import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import SQL
import ServiceLifecycle

/// Emulates Stripe on the developer's own machine, as far as a business of credits needs it: the same API, hosted
/// pages, a clock that can be moved, signed webhooks. No money moves. See `docs/stripe-sandbox.md`.
package struct Server: Service {
    private let settings: Settings
    private let client: HTTPClient
    private let logger: Logger
    private let emulator: Emulator
    private let address = ListeningPort()

    /// Opens its folder, or creates it. Serves nothing before `run`.
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
        emulator = Emulator(database: database, rules: settings.rules, time: time) {
            if let url = settings.publicURL { return url }
            return try await Self.url(settings.host, address.number())
        }
        if let faults = settings.faults {
            try await database.write(order: .alone) { transaction in
                var settings = try transaction.settings()
                settings.faults = faults
                try transaction.save(settings)
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
            await emulator.database.close()
            throw error
        }
        await emulator.database.close()
    }

    private func application() -> some ApplicationProtocol {
        let responder = Responder(
            api: API(emulator: emulator, key: settings.key), pages: Pages(emulator: emulator))
        return Application(
            responder: responder, server: .bounded(by: settings.connections),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "darkroom-stripe-sandbox"),
            services: [
                ConfiguredEndpoint(emulator: emulator, webhook: settings.webhook),
                Scheduler(emulator: emulator, logger: logger),
                WebhookSender(emulator: emulator, client: client, settings: settings, logger: logger),
            ],
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.port
                address.set(port)
                logger.info("Stripe emulator started", metadata: ["host": "\(settings.host)", "port": "\(port)"])
            }, logger: logger)
    }
}

/// Stores the endpoint that the settings name, as soon as the Stripe emulator has an address.
private struct ConfiguredEndpoint: Service {
    let emulator: Emulator
    let webhook: (url: String, secret: String)?

    func run() async throws {
        if let webhook { try await emulator.configureEndpoint(url: webhook.url, secret: webhook.secret) }
        try await gracefulShutdown()
    }
}
