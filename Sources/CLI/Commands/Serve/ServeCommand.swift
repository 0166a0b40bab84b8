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
        abstract: "Serves the API and works on jobs.",
        discussion: """
            Without any setting it stores everything in ./data, makes its own secrets and a first administrator, and \
            gives jobs to a built-in sandbox whose pictures are not made by AI; a built-in Stripe emulator sells packs \
            and plans for no money. Set FAL_KEY to work with fal.ai, STRIPE_SECRET_KEY to be paid.
            Every flag is a setting too: --public-url is DARKROOM_PUBLIC_URL, in the environment or in a .env file.

            Examples:
              darkroom serve
              FAL_KEY=… darkroom serve --public-url https://pictures.example.com
              darkroom serve --data /var/lib/darkroom --port 9000 --no-worker
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "The address to listen on. Default: 127.0.0.1") var host: String?
    @Option(help: "The port to listen on. Default: 8080") var port: Int?
    @Option(name: .customLong("public-url"), help: "Where the outside world finds this server.") var publicURL: String?
    @Option(name: .customLong("tls-cert"), help: "A PEM file with the certificate chain.") var tlsCert: String?
    @Option(name: .customLong("tls-key"), help: "A PEM file with the certificate's key.") var tlsKey: String?
    @Option(name: .customLong("sandbox-port"), help: "The built-in sandbox's port. Default: the next after --port")
    var sandboxPort: Int?
    @Option(name: .customLong("sandbox-url"), help: "A sandbox in a process of its own, instead of the built-in one.")
    var sandboxURL: String?
    @Flag(name: .customLong("stripe-sandbox"), inversion: .prefixedNo, help: """
        The built-in Stripe emulator, while no STRIPE_SECRET_KEY is set. Default: on beside the built-in sandbox, on \
        SQLite
        """)
    var stripeSandbox: Bool?
    @Option(name: .customLong("stripe-sandbox-port"), help: "Its port. Default: the second after --port")
    var stripeSandboxPort: Int?
    @Flag(name: .customLong("no-worker"), help: "Only serve; leave the work to other processes.") var noWorker = false

    func run() async throws {
        let settings = try await Settings.read(flags: flags)
        let logger = Logger.darkroom(settings.log)
        for warning in settings.warnings { logger.warning("\(warning)") }
        try await settings.checkPorts()
        try await App.with(settings, logger: logger, worksHere: !noWorker) { try await serve($0, settings, logger) }
    }

    private func serve(_ app: App, _ settings: Settings, _ logger: Logger) async throws {
        let administrator = try await app.darkroom.accounts.createFirstAdministrator(
            email: settings.admin.email, password: settings.admin.password)
        let greeting = try Greeting(settings, administrator: administrator).text
        let file = ServerFile(settings, stripeSandboxKey: app.stripeEmulator?.key)
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
