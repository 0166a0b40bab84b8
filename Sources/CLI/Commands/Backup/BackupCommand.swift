import ArgumentParser
import Core
import Foundation

/// `darkroom backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the database, files and secrets of an installation on SQLite. It may be running.",
        discussion: """
            The copy of the database is consistent. The backup contains all secrets; only its owner may read it.
            For an installation on PostgreSQL, use pg_dump and copy the folder of files with any tool.

            Examples:
              darkroom backup --to /backup/darkroom-$(date +%F)
              darkroom restore --from /backup/darkroom-2026-11-21 --data /srv/darkroom
            """)

    @Option(help: "The folder to create.") var to: String
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        guard case .sqlite(let path) = settings.database else {
            throw Failure(.usage, """
                The data is in \(settings.database.shown). Back it up with PostgreSQL's tools: first run pg_dump, \
                which includes the secrets, then copy \(settings.files).
                """)
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure(.usage, "There is no database at \(path). Set --data to its folder.")
        }
        let target = to.count > 1 && to.hasSuffix("/") ? String(to.dropLast()) : to
        let manifest = try Backup(
            data: settings.data, database: path, files: settings.files, target: target, time: .system)()
        say("Backed up \(manifest.contents), \(manifest.bytes >> 10) KB in total, to \(target).")
        say("The backup contains all secrets of the installation.")
    }
}
