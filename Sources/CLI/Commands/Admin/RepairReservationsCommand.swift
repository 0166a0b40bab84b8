import ArgumentParser
import Core
import SQL

/// `darkroom admin repair reservations`
struct RepairReservationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reservations", abstract: "Ends reservations whose job has ended or does not exist.",
        discussion: """
            The command captures what the job delivered and releases the rest, as the end of the job would have done.
            """)

    @Flag(help: "Print what would be done, and change nothing.") var dryRun = false
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let database = try await App.openExisting(try await Settings.read(flags: common.flags))
        var (found, unclear) = (0, 0)
        try await RepairReservations(database: database, time: .system)(isDry: dryRun) { repair in
            found += 1
            if case .unclear = repair.outcome { unclear += 1 }
            say("job \(repair.job) of account \(repair.account): \(sentence(for: repair.outcome))")
        }
        await database.close()
        if found == 0 { say("There is nothing to repair.") }
        if unclear > 0 { throw ExitCode(1) }
    }

    private func sentence(for outcome: RepairReservations.Outcome) -> String {
        switch outcome {
        case .ended(let receipt): "\(receipt.captured) captured, \(receipt.released) released."
        case .toEnd(let captured, let released): "would capture \(captured) and release \(released)."
        case .hasEnded: "already ended in the meantime."
        case .unclear(let reason): "not changed: \(reason)."
        }
    }
}
