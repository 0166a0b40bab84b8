import ArgumentParser
import AsyncHTTPClient
import Core
import FalEmulator
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `darkroom sandbox`: the provider that plays fal, in a process of its own.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Runs a local provider that speaks fal's protocol and paints instead of imagining.", discussion: """
            A server starts one of its own. Run it alone to develop against fal's protocol, or to have it outlive \
            servers that restart:
              darkroom sandbox --port 8081
              darkroom serve --sandbox-url http://127.0.0.1:8081
            Nodes on one PostgreSQL share one such process. DARKROOM_SANDBOX_KEY, set alike for it and for them, keeps \
            others out.
            """)

    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 takes any free one.") var port = 8081
    @Option(help: "The folder of its requests, files and signing key.") var data = "./data/sandbox"
    @Option(help: "The only key to accept, or DARKROOM_SANDBOX_KEY. Without either, any key will do.") var key: String?
    @Option(name: .customLong("public-url"), help: "How others reach it, if not under the address they ask for.")
    var publicURL: String?
    @Option(help: "A PEM file with the certificate chain: the official client speaks https only.") var tlsCert: String?
    @Option(help: "A PEM file with the certificate's key.") var tlsKey: String?
    @Flag(help: "Return one small file for every request instead of painting.") var fixedOutput = false
    @Option(help: "How many seconds a request is in progress.") var duration = 1.2
    @Option(help: "How many requests are in progress at a time.") var concurrency = 4
    @Option(help: "Faults for every request, such as slow=5,webhook-twice. See docs/sandbox.md.") var fault = ""

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together.")
        }
        guard FaultScript(list: fault) != nil else {
            let names = Fault.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--fault takes a list of: \(names); some with a number, as in slow=5.")
        }
        guard (0...86_400).contains(duration) else { throw ValidationError("--duration is from 0 to 86400 seconds.") }
        guard (1...10_000).contains(concurrency) else { throw ValidationError("--concurrency is from 1 to 10000.") }
    }

    func run() async throws {
        try await PortCheck(
            host: host, port: port, who: "The sandbox", advice: "choose another with --port and --host")()
        var reader = try await SettingsReader(flags: ["sandbox.key": key].compactMapValues { $0 })
        let logger = Logger.darkroom(reader.log())
        // As in the settings of the servers that use it; a flag takes precedence.
        let sharedKey = reader.text("sandbox.key", isSecret: true)
        guard reader.problems.isEmpty else { throw SettingsProblems(problems: reader.problems) }
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            let sandbox = try await FalEmulator.Server(
                settings(key: sharedKey), client: client, time: .system, logger: logger)
            let group = ServiceGroup(configuration: .init(
                services: [sandbox], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            async let greeting: Void = greet(sandbox)
            try await group.run()
            try await greeting
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func settings(key: String?) -> FalEmulator.Server.Settings {
        var settings = FalEmulator.Server.Settings(dataFolder: data)
        settings.host = host
        settings.port = port
        settings.key = key
        settings.publicURL = publicURL
        if let tlsCert, let tlsKey { settings.tls = .init(certificate: tlsCert, key: tlsKey) }
        settings.fixedOutput = fixedOutput
        settings.duration = .milliseconds(Int64(duration * 1000))
        settings.concurrency = concurrency
        settings.script = FaultScript(list: fault) ?? FaultScript()
        return settings
    }

    /// For people, and for scripts that start it on any port: the line is the first on standard output.
    private func greet(_ sandbox: FalEmulator.Server) async throws {
        let line = "Sandbox at \(try await sandbox.url) (user \(sandbox.userID)). Nothing here is made by AI.\n"
        try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    }
}
