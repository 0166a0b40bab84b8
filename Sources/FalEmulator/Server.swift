package import AsyncHTTPClient
package import Core
import Edge
import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOSSL
import SQL
import ServiceLifecycle

/// The sandbox: emulates fal on the developer's own machine with the same protocol over real HTTP, signed webhooks, a
/// queue that survives a restart, and pictures that a program paints. See `docs/sandbox.md`.
package struct Server: Service {
    private let settings: Settings
    private let time: Time
    private let logger: Logger
    private let database: Database
    private let files: FileHost
    private let identity: SigningIdentity
    private let client: HTTPClient
    private let address = ListeningPort()

    /// Opens its folder, or creates it. Serves nothing before `run`.
    package init(_ settings: Settings, client: HTTPClient, time: Time, logger: Logger) async throws {
        self.settings = settings
        self.client = client
        self.time = time
        self.logger = logger
        let folder = URL(filePath: settings.dataFolder)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        files = try FileHost(
            folder: folder.appending(path: "files"), lifetime: settings.fileLifetime, limit: settings.fileLimit)
        identity = try SigningIdentity(folder: folder)
        database = Database(try SQLiteEngine(path: folder.appending(path: "sandbox.sqlite").path))
        try await Schema.migrator.migrate(database) { time.now().milliseconds }
    }

    /// The port it listens on, once it does.
    var port: Int {
        get async throws { try await address.number() }
    }

    /// Where this process reaches it, once it listens.
    package var url: String {
        get async throws {
            let host = settings.host == "0.0.0.0" || settings.host == "::" ? "127.0.0.1" : settings.host
            let scheme = settings.tls == nil ? "http" : "https"
            return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(try await port)"
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
        let threads = PictureThreads(count: settings.threads)
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
        let (requestSignal, endSignal) = (Signal(), Signal())
        let renderer = Renderer(
            files: files, images: InputImages(client: client, files: files), threads: threads,
            usesFixedFile: settings.fixedOutput, time: time, logger: logger)
        try await renderer.prepare()
        let runner = Runner(
            database: database, renderer: renderer, settings: settings, time: time, logger: logger,
            requestSignal: requestSignal,
            endSignal: endSignal)
        let webhooks = WebhookSender(
            database: database, client: client, signer: identity.signer, settings: settings, time: time,
            logger: logger, endSignal: endSignal)
        let cleanup = Cleanup(
            database: database, files: files, threads: threads, requestLifetime: settings.requestLifetime, time: time,
            logger: logger)
        let responder = responder(runner, webhooks, threads, requestSignal: requestSignal)
        try await application(responder, services: [runner, webhooks, cleanup]).run()
    }

    private func responder(
        _ runner: Runner, _ webhooks: WebhookSender, _ threads: PictureThreads, requestSignal: Signal
    ) -> Responder {
        let keys = KeyCheck(key: settings.key)
        return Responder(
            keys: keys, identity: identity,
            submit: SubmitHandler(
                database: database, runner: runner, webhooks: webhooks, script: settings.script,
                refusals: Refusals(), requestSignal: requestSignal, time: time, logger: logger),
            status: StatusHandler(database: database, runner: runner, usualDuration: settings.duration, time: time),
            uploads: UploadHandler(files: files, keys: keys, threads: threads, time: time),
            downloads: DownloadHandler(files: files), publicURL: settings.publicURL, isSecure: settings.tls != nil)
    }

    private func application(_ responder: Responder, services: [any Service]) throws -> some ApplicationProtocol {
        Application(
            responder: responder, server: try server(),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "darkroom-sandbox"),
            services: services,
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.port
                address.set(port)
                logger.info("sandbox started", metadata: ["host": "\(settings.host)", "port": "\(port)"])
            }, logger: logger)
    }

    private func server() throws -> HTTPServerBuilder {
        guard let tls = settings.tls else { return .bounded(by: settings.connections) }
        let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: tls.key, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        return .bounded(by: settings.connections, tls: configuration)
    }
}
