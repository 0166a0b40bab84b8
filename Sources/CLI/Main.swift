import ArgumentParser

@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "darkroom", abstract: "The self-hosted backend of AI image products.",
        version: App.version,
        subcommands: [ServeCommand.self, WorkerCommand.self, MigrateCommand.self, AuditCommand.self, SandboxCommand.self])
}
