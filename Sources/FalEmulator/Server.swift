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
package struct Server: Service {
    private let settings: Settings
    private let time: Time
    private let logger: Logger
    private let database: Database
    private let files: FileHost
    private let identity: SigningIdentity
    private let client: HTTPClient
    private let address = ListeningPort()

    /// Opens its folder, and makes it where there is none. Nothing is served before `run`.
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
    package var port: Int {
        get async throws { try await address.number() }
    }

    /// Where this process reaches it, once it listens.
    package var url: String {
        get async throws {
            let host = settings.host == "0.0.0.0" || settings.host == "::" ? "127.0.0.1" : settings.host
            return "\(settings.tls == nil ? "http" : "https")://\(host.contains(":") ? "[\(host)]" : host):\(try await port)"
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
        let (bell, endBell) = (Signal(), Signal())
        let renderer = Renderer(
            files: files, images: InputImages(client: client, files: files), threads: threads,
            usesFixedFile: settings.fixedOutput, time: time, logger: logger)
        try await renderer.prepare()
        let runner = Runner(
            database: database, renderer: renderer, settings: settings, time: time, logger: logger, bell: bell,
            endBell: endBell)
        let courier = WebhookSender(
            database: database, client: client, signer: identity.signer, settings: settings, time: time,
            logger: logger, bell: endBell)
        let janitor = Cleanup(
            database: database, files: files, threads: threads, requestLifetime: settings.requestLifetime, time: time,
            logger: logger)
        let responder = responder(runner, courier, threads, bell: bell)
        try await application(responder, services: [runner, courier, janitor]).run()
    }

    private func responder(
        _ runner: Runner, _ courier: WebhookSender, _ threads: PictureThreads, bell: Signal
    ) -> Responder {
        let keys = KeyCheck(key: settings.key)
        return Responder(
            keys: keys, identity: identity,
            submit: SubmitHandler(
                database: database, runner: runner, courier: courier, script: settings.script,
                refusals: Refusals(), bell: bell, time: time, logger: logger),
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
                logger.info("the sandbox listens", metadata: ["host": "\(settings.host)", "port": "\(port)"])
            }, logger: logger)
    }

    private func server() throws -> HTTPServerBuilder {
        guard let tls = settings.tls else { return .http1() }
        let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: tls.key, format: .pem)
        return try .tls(tlsConfiguration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }
}
