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
        abstract: "Runs a local provider with fal.ai's protocol. Its images are not made by AI.", discussion: """
            A server starts its own sandbox. Run a separate one to develop against fal.ai's protocol, or to keep it \
            running while servers restart:
              darkroom sandbox
              darkroom serve --sandbox-url http://127.0.0.1:8410
            Nodes that share a PostgreSQL database use one sandbox process. To restrict access, set \
            DARKROOM_SANDBOX_KEY to the same value for the sandbox and all nodes.
            """)

    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 selects a free port.") var port = 8410
    @Option(help: "The folder for the requests, files and signing key of the sandbox.") var data = "./data/sandbox"
    @Option(help: "The only key to accept. Default: DARKROOM_SANDBOX_KEY, otherwise any key") var key: String?
    @Option(
        name: .customLong("public-url"),
        help: "The URL of the sandbox in its responses. Default: the URL of the request")
    var publicURL: String?
    @Option(help: "A PEM file with the certificate chain. The official client of fal.ai requires https.")
    var tlsCert: String?
    @Option(help: "A PEM file with the private key of the certificate.") var tlsKey: String?
    @Flag(help: "Return one small file for every request instead of painting.") var fixedOutput = false
    @Option(help: "How many seconds a request takes.") var duration = 1.2
    @Option(help: "How many requests are processed at the same time.") var concurrency = 4
    @Option(help: "Faults for every request, such as slow=5,webhook-twice. See docs/sandbox.md.") var fault = ""

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key must be used together.")
        }
        guard FaultScript(list: fault) != nil else {
            let names = Fault.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--fault must be a list of: \(names). Some take a number, such as slow=5.")
        }
        guard (0...86_400).contains(duration) else {
            throw ValidationError("--duration must be from 0 to 86400 seconds.")
        }
        guard (1...10_000).contains(concurrency) else {
            throw ValidationError("--concurrency must be from 1 to 10000.")
        }
    }

    func run() async throws {
        try await PortCheck(
            host: host, port: port, who: "The sandbox", advice: "choose another with --port and --host")()
        var reader = try await SettingsReader(flags: ["sandbox.key": key].compactMapValues { $0 })
        let logger = Logger.darkroom(reader.log())
        // As in the settings of the servers that use it; a flag takes precedence.
        let sharedKey = reader.text("sandbox.key", isSecret: true)
        guard reader.problems.isEmpty else { throw SettingsProblems(problems: reader.problems) }
        // As a server's own sandbox has: a redirect of a webhook is not followed.
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Platform.httpConfiguration)
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
        let line = "Sandbox at \(try await sandbox.url) (user \(sandbox.userID)). Its images are not made by AI.\n"
        try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    }
}
