import ArgumentParser
import Core

/// `darkroom restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Creates a data folder from a backup, and audits it.",
        discussion: """
            The command compares every file with the checksums of the backup. The data folder must be new or empty; \
            restore never overwrites files.
            Changes after the backup are lost. Jobs that were running at the time of the backup may be sent to the \
            provider again.

            Example:
              darkroom restore --from /backup/darkroom-2026-11-21 --data /srv/darkroom
            """)

    @Option(help: "The folder of the backup.") var from: String
    @Option(help: "The data folder to create. Default: ./data") var data: String?

    func run() async throws {
        var reader = try await SettingsReader(flags: ["data": data].compactMapValues { $0 })
        let folder = reader.text("data") ?? "./data"
        let report = try await Restore(
            backup: from, data: folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder)()
        let manifest = report.manifest
        say("Restored \(manifest.contents) from \(manifest.madeAt) to \(folder).")
        if let first = report.audit.differences.first {
            throw Failure(.failed, """
                All files match the backup, but the books do not balance: \(first). Run 'darkroom audit'.
                """)
        }
        say("""
            The books balance: \(report.audit.transactions) transactions, \(report.audit.entries) entries, \
            \(report.audit.checks.count) rules.
            """)
    }
}
