import ArgumentParser
import Core
import Foundation
import Logging
import StripeEmulator
import Web

/// `darkroom serve`: the API, and by default the work as well.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the server: serves the API and processes jobs.",
        discussion: """
            Without settings, the server stores everything in ./data and creates its secrets and a first \
            administrator. It sends jobs to a built-in sandbox, whose images are not made by AI, and sells packs and \
            plans through a built-in Stripe emulator, where no money moves. Set FAL_KEY to use fal.ai, and \
            STRIPE_SECRET_KEY to use Stripe.
            Every flag is also a setting: --public-url is DARKROOM_PUBLIC_URL, in the environment or in a .env file.

            Examples:
              darkroom serve
              FAL_KEY=… darkroom serve --public-url https://pictures.example.com
              darkroom serve --data /var/lib/darkroom --port 9000 --no-worker
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "The address to listen on. Default: 127.0.0.1") var host: String?
    @Option(help: "The port to listen on. Default: 8080") var port: Int?
    @Option(name: .customLong("public-url"), help: "The URL at which clients and providers reach this server.")
    var publicURL: String?
    @Option(name: .customLong("tls-cert"), help: "A PEM file with the certificate chain.") var tlsCert: String?
    @Option(name: .customLong("tls-key"), help: "A PEM file with the private key of the certificate.")
    var tlsKey: String?
    @Option(name: .customLong("sandbox-port"), help: "The port of the built-in sandbox. Default: --port + 1")
    var sandboxPort: Int?
    @Option(name: .customLong("sandbox-url"), help: "The URL of a separate sandbox, instead of the built-in one.")
    var sandboxURL: String?
    @Flag(name: .customLong("stripe-sandbox"), inversion: .prefixedNo, help: """
        Run the built-in Stripe emulator; ignored if STRIPE_SECRET_KEY is set. Default: on with the built-in sandbox \
        and SQLite
        """)
    var stripeSandbox: Bool?
    @Option(name: .customLong("stripe-sandbox-port"), help: "The port of the Stripe emulator. Default: --port + 2")
    var stripeSandboxPort: Int?
    @Flag(name: .customLong("no-worker"), help: "Only serve the API; other processes process the jobs.")
    var noWorker = false

    func run() async throws {
        let settings = try await Settings.read(flags: flags)
        let logger = Logger.darkroom(settings.log)
        for warning in settings.warnings { logger.warning("\(warning)") }
        // Before anything is touched that belongs to the first server of the folder.
        try ServerLock.refuseSecond(in: settings.data)
        try await settings.checkPorts()
        try App.prepareDataFolder(settings.data)
        let lock = try await ServerLock.take(in: settings.data)
        defer { lock.release() }
        try await App.with(settings, logger: logger, worksHere: !noWorker) { try await serve($0, settings, logger) }
    }

    private func serve(_ app: App, _ settings: Settings, _ logger: Logger) async throws {
        let administrator = try await app.darkroom.accounts.createFirstAdministrator(
            email: settings.admin.email, password: settings.admin.password)
        let greeting = try Greeting(settings, administrator: administrator).text
        let file = ServerFile(
            settings, app.darkroom.platform.secrets, stripeSandboxKey: app.stripeEmulator?.key)
        defer { file.remove(from: settings.data) }
        try await app.serve(withWorker: !noWorker) {
            // Without the file the server is as good; only commands beside it need its address as a flag.
            do { try file.write(to: settings.data) } catch { logger.warning("\(error)") }
            say(greeting)
            logger.notice("serving", metadata: ["url": "\(settings.publicURL)", "version": "\(App.version)"])
        }
    }

    private var flags: [String: String] {
        var flags = common.flags
        flags["host"] = host
        flags["port"] = port.map(String.init)
        flags["public.url"] = publicURL
        flags["tls.cert"] = tlsCert
        flags["tls.key"] = tlsKey
        flags["sandbox.port"] = sandboxPort.map(String.init)
        flags["sandbox.url"] = sandboxURL
        flags["stripe.sandbox"] = stripeSandbox.map { $0 ? "on" : "off" }
        flags["stripe.sandbox.port"] = stripeSandboxPort.map(String.init)
        return flags
    }
}
