import AsyncHTTPClient
import Core
import Edge
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import SQL
import ServiceLifecycle
import UnixSignals
import Web

extension App {
    /// Serves until it is asked to stop. Then, one after the other, as a group stops its services from the last to the
    /// first: it reports that it is not ready, waits until proxies send requests elsewhere, ends its event streams,
    /// closes its listener and finishes requests, gives back its scheduled tasks, returns what it claimed and did not
    /// send, and releases its leases.
    func serve(withWorker: Bool, onReady: @escaping @Sendable () async -> Void) async throws {
        try await darkroom.files.marks.start()
        var parts: [any Service] = []
        if let sandbox { parts.append(sandbox) }
        if let stripeEmulator { parts.append(stripeEmulator) }
        if withWorker { parts += workers }
        parts.append(keyTrial)
        parts.append(try application(onReady: onReady))
        parts.append(darkroom.notices.events)
        parts.append(darkroom.notices.streams)
        parts.append(ReadinessService(
            readiness: web.readiness, grace: settings.shutdownGrace, time: darkroom.platform.time, logger: logger))
        try await run(parts)
    }

    /// Works on jobs without serving: any number of these beside any number of servers.
    func work() async throws {
        try await darkroom.files.marks.start()
        try await run(workers + [keyTrial])
    }

    private var keyTrial: KeyTrial {
        let platform = darkroom.platform
        return KeyTrial(
            settings: settings, probe: Probe(client: platform.http), time: platform.time, logger: platform.logger)
    }

    private var workers: [any Service] {
        let platform = darkroom.platform
        return [
            darkroom.jobs.makeWorker(),
            darkroom.files.previews.service,
            Scheduler(darkroom.tasks, database: platform.database, time: platform.time, logger: platform.logger),
        ]
    }

    private func run(_ parts: [any Service]) async throws {
        var configuration = ServiceGroupConfiguration(
            services: parts, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumGracefulShutdownDuration = settings.shutdownGrace + .seconds(25)
        let group = ServiceGroup(configuration: configuration)
        try await group.run()
        // While the database is away they are lost, which is no reason for a stop to fail.
        do { try await darkroom.accounts.keyUses.runOnce() } catch {
            logger.warning("last use of API keys not recorded", metadata: ["error": "\(error)"])
        }
        logger.notice("stopped")
    }

    private func application(onReady: @escaping @Sendable () async -> Void) throws -> some ApplicationProtocol {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        return Application(
            router: web.router(),
            server: .bounded(by: connections, tls: try settings.tls.map(tlsConfiguration)),
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: nil),
            onServerRunning: { _ in await onReady() }, logger: logger)
    }

    private func tlsConfiguration(_ tls: Settings.TLS) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.key, format: .pem)))
        // Versions before 1.2 are broken (RFC 8996).
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}

/// The first to learn of a shutdown, as the last in the group. The others learn of it once a proxy has had time to
/// notice.
private struct ReadinessService: Service {
    let readiness: Readiness
    let grace: Duration
    let time: Time
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        logger.notice("stopping", metadata: ["grace": "\(grace)"])
        readiness.shutDown()
        try await time.sleep(grace)
    }
}
