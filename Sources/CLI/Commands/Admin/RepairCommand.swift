import ArgumentParser

/// `darkroom admin repair …`: mends what `darkroom audit --books` finds.
struct RepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Mends what 'darkroom audit --books' finds.",
        discussion: "Safe beside running servers. What is mended is written down, and a second run finds nothing left to do.",
        subcommands: [RepairPurchasesCommand.self, RepairReservationsCommand.self])
}
