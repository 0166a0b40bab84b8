package import AsyncHTTPClient
package import Core
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import SQL
import ServiceLifecycle

/// A provider that plays fal on the developer's own machine: the same protocol over real HTTP, with signed webhooks, a
/// queue that survives a restart, and pictures that are painted rather than imagined. See `docs/sandbox.md`.
package struct Sandbox: Service {
    private let configuration: SandboxConfiguration
    private let time: Time
    private let logger: Logger
    private let database: Database
    private let files: SandboxFiles
    private let identity: SandboxIdentity
    private let client: HTTPClient
    private let address = ListeningPort()

    /// Opens its folder, and makes it where there is none. Nothing is served before `run`.
    package init(_ configuration: SandboxConfiguration, client: HTTPClient, time: Time, logger: Logger) async throws {
        self.configuration = configuration
        self.client = client
        self.time = time
        self.logger = logger
        let folder = URL(filePath: configuration.dataFolder)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        files = try SandboxFiles(
            folder: folder.appending(path: "files"), lifetime: configuration.fileLifetime, limit: configuration.fileLimit)
        identity = try SandboxIdentity(folder: folder)
        database = Database(try SQLiteEngine(path: folder.appending(path: "sandbox.sqlite").path))
        try await SandboxSchema.migrator.migrate(database) { time.now().milliseconds }
    }

    /// The port it listens on, once it does.
    package var port: Int {
        get async throws { try await address.number() }
    }

    /// Where this process reaches it, once it listens.
    package var url: String {
        get async throws {
            let host = configuration.host == "0.0.0.0" || configuration.host == "::" ? "127.0.0.1" : configuration.host
            return "\(configuration.tls == nil ? "http" : "https")://\(host.contains(":") ? "[\(host)]" : host):\(try await port)"
        }
    }

    /// The account in whose name webhooks are signed.
    package var userID: String { identity.signer.userID }

    package func run() async throws {
        let now = time.now()
        try await database.write(order: .alone) { transaction in
            try transaction.requeueRequests()
            try transaction.resumeDeliveries(now: now)
        }
        let threads = PictureThreads(count: configuration.threads)
        do {
            try await serve(threads)
        } catch {
            try await threads.close()
            await database.close()
            throw error
        }
        try await threads.close()
        await database.close()
    }

    private func serve(_ threads: PictureThreads) async throws {
        let (bell, endBell) = (Signal(), Signal())
        let renderer = SandboxRenderer(
            files: files, images: InputImages(client: client, files: files), threads: threads,
            usesFixedFile: configuration.fixedOutput, time: time, logger: logger)
        try await renderer.prepare()
        let runner = SandboxRunner(
            database: database, renderer: renderer, configuration: configuration, time: time, logger: logger, bell: bell,
            endBell: endBell)
        let courier = SandboxCourier(
            database: database, client: client, signer: identity.signer, configuration: configuration, time: time,
            logger: logger, bell: endBell)
        let janitor = SandboxJanitor(
            database: database, files: files, threads: threads, requestLifetime: configuration.requestLifetime, time: time,
            logger: logger)
        let responder = responder(runner, courier, threads, bell: bell)
        try await application(responder, services: [runner, courier, janitor]).run()
    }

    private func responder(
        _ runner: SandboxRunner, _ courier: SandboxCourier, _ threads: PictureThreads, bell: Signal
    ) -> SandboxResponder {
        let keys = SandboxKeyCheck(key: configuration.key)
        return SandboxResponder(
            keys: keys, identity: identity,
            submit: SandboxSubmit(
                database: database, runner: runner, courier: courier, script: configuration.script,
                refusals: SandboxRefusals(), bell: bell, time: time, logger: logger),
            status: SandboxStatus(database: database, runner: runner, usualDuration: configuration.duration, time: time),
            uploads: SandboxUploads(files: files, keys: keys, threads: threads, time: time),
            downloads: SandboxDownloads(files: files), publicURL: configuration.publicURL, isSecure: configuration.tls != nil)
    }

    private func application(_ responder: SandboxResponder, services: [any Service]) throws -> some ApplicationProtocol {
        Application(
            responder: responder, server: try server(),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "darkroom-sandbox"),
            services: services,
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.port
                address.set(port)
                logger.info("the sandbox listens", metadata: ["host": "\(configuration.host)", "port": "\(port)"])
            }, logger: logger)
    }

    private func server() throws -> HTTPServerBuilder {
        guard let tls = configuration.tls else { return .http1() }
        let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: tls.key, format: .pem)
        return try .tls(tlsConfiguration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }
}
