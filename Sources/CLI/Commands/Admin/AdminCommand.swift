import ArgumentParser

/// `darkroom admin …`: what an operator does to users and accounts.
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: """
            Manages users and keys, grants credits, explains balances, replays payment events and repairs the books.
            """,
        discussion: """
            Uses the database of the data folder. The server may be running. Changes to users and keys are in the \
            audit log.
            """,
        subcommands: [
            CreateUserCommand.self, ListUsersCommand.self, SetPasswordCommand.self, DisableUserCommand.self,
            EnableUserCommand.self, MakeAdminCommand.self, CreateKeyCommand.self, KeysCommand.self, GrantCommand.self,
            ExplainCommand.self, ReplayEventCommand.self, RepairCommand.self,
        ])
}
