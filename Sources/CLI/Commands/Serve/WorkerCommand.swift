import ArgumentParser
import Logging

/// `darkroom worker`: works on jobs without serving.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Works on jobs without serving the API.",
        discussion: """
            Nodes belong together by what they share: the database, the folder of files, and the settings. None is \
            special: any number of servers and workers, started in any order. Without PostgreSQL they share a data \
            folder on one machine.
            A worker gives providers the address to send results to, the servers' public URL, and must reach the \
            provider. A server's built-in sandbox is found by its address.

            Example, beside a server that only serves:
              darkroom serve --no-worker --public-url https://pictures.example.com
              darkroom worker --public-url https://pictures.example.com --sandbox-url http://127.0.0.1:8081
            """)

    @OptionGroup var common: CommonOptions
    @Option(name: .customLong("public-url"), help: "Where the outside world finds the servers: the same as theirs.")
    var publicURL: String?
    @Option(
        name: .customLong("sandbox-url"), help: "The sandbox that the servers use: a built-in one, or one of its own.")
    var sandboxURL: String?

    func run() async throws {
        var flags = common.flags
        flags["public.url"] = publicURL
        flags["sandbox.url"] = sandboxURL
        let settings = try await Settings.read(flags: flags)
        let logger = Logger.darkroom(settings.log)
        for warning in settings.warnings { logger.warning("\(warning)") }
        try await App.with(settings, logger: logger) { app in
            logger.notice("working", metadata: ["data": "\(settings.data)", "version": "\(App.version)"])
            try await app.work()
        }
    }
}
