import ArgumentParser

/// `darkroom admin repair …`: repairs what `darkroom audit --books` finds.
struct RepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Repairs what 'darkroom audit --books' finds.",
        discussion: "Safe beside running servers. Each repair is recorded, and a second run finds nothing left to do.",
        subcommands: [RepairPurchasesCommand.self, RepairReservationsCommand.self])
}
