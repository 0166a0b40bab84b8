import ArgumentParser
import Hummingbird
import Logging

/// `darkroom-bench echo`: the least that Hummingbird can do for a request, which no server on it can beat.
struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo", abstract: "Echoes JSON, as a baseline.", shouldDisplay: false)

    @Option(help: "The port to listen on.") var port: Int

    private struct Body: ResponseCodable {
        let kind: String
        let prompt: String
    }

    func run() async throws {
        let router = Router()
        router.get("/constant") { _, _ in Body(kind: "text_to_image", prompt: "a red dress in a park") }
        router.post("/echo") { request, context in try await request.decode(as: Body.self, context: context) }
        var logger = Logger(label: "echo")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            logger: logger)
        try await application.runService()
    }
}
