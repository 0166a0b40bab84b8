import ArgumentParser
import Core
import SQL

/// `darkroom migrate`: brings the schema up to date. Starting a server does the same.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings the database's schema up to date.",
        discussion: """
            Starting a server does the same. A schema that is newer than this program is refused and left alone.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let database = try await App.openUnmigrated(settings)
        let waits: @Sendable () -> Void = { complain("Another process is changing the schema; waiting for its end.") }
        let taken = try await Schema.migrator.migrate(database, waits: waits) { Time.system.now().milliseconds }
        await database.close()
        say(taken.isEmpty ? "The schema is up to date." : "Taken: \(taken.joined(separator: ", ")).")
    }
}
