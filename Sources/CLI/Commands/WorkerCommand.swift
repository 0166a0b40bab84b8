import ArgumentParser
import Logging

/// `darkroom worker`: works on jobs without serving.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Works on jobs without serving the API.",
        discussion: """
            It shares the data folder with a server, and takes the same settings.

            Example, beside a server that only serves:
              darkroom serve --no-worker
              darkroom worker --data ./data
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let logger = Logger.darkroom(settings.logLevel)
        for warning in settings.warnings { logger.warning("\(warning)") }
        try await App.with(settings, logger: logger) { app in
            logger.notice("working", metadata: ["data": "\(settings.data)"])
            try await app.work()
        }
    }
}
