import ArgumentParser
import Configuration

@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "darkroom", abstract: "The self-hosted backend of AI image products.", subcommands: [SandboxCommand.self])
}
