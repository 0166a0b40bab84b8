import ArgumentParser
import AsyncHTTPClient
import Core
import Foundation
import Logging
import ServiceLifecycle
import StripeEmulator
import UnixSignals

/// `darkroom stripe-sandbox`: Stripe's API on the developer's own machine, in a process of its own.
struct StripeSandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stripe-sandbox",
        abstract: "Runs the Stripe emulator: Stripe's API, payment pages and an adjustable clock. No money moves.",
        discussion: """
            The official Stripe clients work with it. The command prints the two settings for a server:
              darkroom stripe-sandbox --port 8420 --webhook-url http://127.0.0.1:8080/api/stripe/webhook
            Its page, at the printed URL, moves the clock and shows all events. See docs/stripe-sandbox.md.
            """)

    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 selects a free port.") var port = 8420
    @Option(help: "The folder for the database of the emulator.") var data = "./data/stripe-sandbox"
    @Option(help: "The only secret key to accept. Default: any key that begins with sk_test_") var key: String?
    @Option(help: "The URL for browsers. Default: the URL of the emulator itself") var publicURL: String?
    @Option(help: "The URL that receives all events.") var webhookURL: String?
    @Option(help: "The secret that signs webhooks. Default: a new secret for each run") var webhookSecret: String?
    @Option(help: "The API version for requests without one; 2025-02-24.acacia has the older object shapes.")
    var apiVersion = APIVersion.current.text
    @Option(help: "Faults for webhook deliveries, such as duplicate=30,lose=5,seed=7. See docs/stripe-sandbox.md.")
    var fault: String?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard APIVersion(apiVersion) != nil else {
            throw ValidationError("--api-version must be an API version such as \(APIVersion.current.text).")
        }
        guard fault.map({ Faults(list: $0) != nil }) ?? true else {
            throw ValidationError("""
                --fault must be a list of: \(Faults.names.joined(separator: ", ")). Each takes a number, such as \
                lose=5.
                """)
        }
        guard webhookSecret == nil || webhookURL != nil else {
            throw ValidationError("--webhook-secret requires --webhook-url.")
        }
        for url in [webhookURL, publicURL].compactMap({ $0 })
        where !url.hasPrefix("http://") && !url.hasPrefix("https://") {
            throw ValidationError("'\(url)' must be an http or https URL.")
        }
    }

    func run() async throws {
        try await PortCheck(
            host: host, port: port, who: "The Stripe emulator", advice: "choose another with --port and --host")()
        var reader = try await SettingsReader(flags: [:])
        let logger = Logger.darkroom(reader.log())
        guard reader.problems.isEmpty else { throw SettingsProblems(problems: reader.problems) }
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))
        let secret = webhookSecret ?? "whsec_" + UUID().uuidString.lowercased().replacing("-", with: "")
        do {
            let sandbox = try await StripeEmulator.Server(
                settings(secret: secret), client: client, time: .system, logger: logger)
            let group = ServiceGroup(configuration: .init(
                services: [sandbox], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            async let greeting: Void = greet(sandbox, secret: secret)
            try await group.run()
            try await greeting
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func settings(secret: String) -> StripeEmulator.Server.Settings {
        var settings = StripeEmulator.Server.Settings(dataFolder: data)
        settings.host = host
        settings.port = port
        settings.key = key
        settings.publicURL = publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        settings.webhook = webhookURL.map { ($0, secret) }
        settings.rules.version = APIVersion(apiVersion) ?? .current
        settings.faults = fault.flatMap { Faults(list: $0) }
        return settings
    }

    /// For people, and for scripts that start it on any port: the first line on standard output says where it is.
    private func greet(_ sandbox: StripeEmulator.Server, secret: String) async throws {
        var lines = [
            "Stripe emulator at \(try await sandbox.url). No money moves.",
            "STRIPE_SECRET_KEY=\(key ?? "sk_test_any")",
        ]
        if webhookURL != nil { lines.append("STRIPE_WEBHOOK_SECRET=\(secret)") }
        try FileHandle.standardOutput.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}
