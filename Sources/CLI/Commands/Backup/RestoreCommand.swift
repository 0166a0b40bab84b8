import ArgumentParser
import Core

/// `darkroom restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Makes a data folder of a backup, and audits it.",
        discussion: """
            Every byte is compared with the backup's checksums. The data folder must be new or empty: nothing is \
            overwritten.
            What the backup does not know of was spent, bought or made since; providers may be asked again for what \
            was under way.

            Example:
              darkroom restore --from /backup/darkroom-2026-11-21 --data /srv/darkroom
            """)

    @Option(help: "The backup's folder.") var from: String
    @Option(help: "The data folder to make. Default: ./data") var data: String?

    func run() async throws {
        var reader = try await SettingsReader(flags: ["data": data].compactMapValues { $0 })
        let folder = reader.text("data") ?? "./data"
        let report = try await Restore(
            backup: from, data: folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder)()
        let manifest = report.manifest
        say("Restored \(manifest.contents) of \(manifest.madeAt) to \(folder).")
        if let first = report.audit.differences.first {
            throw Failure(.failed, """
                Every byte is as it was backed up, and the books do not balance: \(first). Run 'darkroom audit'.
                """)
        }
        say("""
            The books balance: \(report.audit.transactions) transactions, \(report.audit.entries) entries, \
            \(report.audit.checks.count) rules.
            """)
    }
}
