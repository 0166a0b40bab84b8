import ArgumentParser
import Logging

/// `darkroom worker`: works on jobs without serving.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Processes jobs without serving the API.",
        discussion: """
            All nodes of an installation share the database, the folder of files and the settings. With PostgreSQL \
            you can start any number of servers and workers, in any order. Without it, one server and any number of \
            workers share a data folder on one machine.
            A worker sends jobs to the provider, so it must reach the provider. Providers send results to the public \
            URL of the servers. To use the built-in sandbox of a server, give its URL with --sandbox-url.

            Example, with a server that processes no jobs:
              darkroom serve --no-worker --public-url https://pictures.example.com
              darkroom worker --public-url https://pictures.example.com --sandbox-url http://127.0.0.1:8410
            """)

    @OptionGroup var common: CommonOptions
    @Option(name: .customLong("public-url"), help: "The public URL of the servers, as set there.")
    var publicURL: String?
    @Option(
        name: .customLong("sandbox-url"), help: "The URL of the sandbox that the servers use, built-in or separate.")
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
