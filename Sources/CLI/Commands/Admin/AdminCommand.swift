import ArgumentParser

/// `darkroom admin …`: what an operator does to users and accounts.
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Creates users, grants credits, explains balances, replays payment events, repairs the books.",
        discussion: "Works on the data folder's database, also beside a running server.",
        subcommands: [
            CreateUserCommand.self, GrantCommand.self, ExplainCommand.self, ReplayEventCommand.self, RepairCommand.self,
        ])
}
