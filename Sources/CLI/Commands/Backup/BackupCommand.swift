import ArgumentParser
import Core
import Foundation

/// `darkroom backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies database, files and secrets of an embedded installation, also while it runs.", discussion: """
            The copy of the database is what one instant saw. The backup holds every secret: it is for its owner alone.
            An installation on PostgreSQL is backed up by pg_dump, and its folder of files by any means.

            Examples:
              darkroom backup --to /backup/darkroom-$(date +%F)
              darkroom restore --from /backup/darkroom-2026-11-21 --data /srv/darkroom
            """)

    @Option(help: "The folder to make.") var to: String
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        guard case .sqlite(let path) = settings.database else {
            throw Failure(.usage, """
                The data is in \(settings.database.shown), which PostgreSQL's own tools back up: pg_dump first, which \
                holds the secrets too, then a copy of \(settings.files).
                """)
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure(.usage, "There is no database at \(path). Name its folder with --data.")
        }
        let target = to.count > 1 && to.hasSuffix("/") ? String(to.dropLast()) : to
        let manifest = try Backup(
            data: settings.data, database: path, files: settings.files, target: target, time: .system)()
        say("Backed up \(manifest.contents), \(manifest.bytes >> 10) KB in all, to \(target).")
        say("It holds every secret of the installation.")
    }
}
