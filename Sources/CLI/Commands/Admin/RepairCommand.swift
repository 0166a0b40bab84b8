import ArgumentParser

/// `darkroom admin repair …`: repairs what `darkroom audit --books` finds.
struct RepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Repairs mismatches that 'darkroom audit --books' reports.",
        discussion: """
            Servers may be running. Each repair is recorded in the audit log, and a second run repairs nothing again.
            """,
        subcommands: [RepairPurchasesCommand.self, RepairReservationsCommand.self])
}
