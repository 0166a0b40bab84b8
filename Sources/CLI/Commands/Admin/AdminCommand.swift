import ArgumentParser

/// `darkroom admin …`: what an operator does to users and accounts.
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Creates users, grants credits, explains balances, replays payment events and repairs the books.",
        discussion: "Uses the database of the data folder. The server may be running.",
        subcommands: [
            CreateUserCommand.self, GrantCommand.self, ExplainCommand.self, ReplayEventCommand.self, RepairCommand.self,
        ])
}
