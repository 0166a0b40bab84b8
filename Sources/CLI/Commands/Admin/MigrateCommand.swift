import ArgumentParser
import Core
import SQL

/// `darkroom migrate`: brings the schema up to date. Starting a server does the same.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Migrates the schema of the database to this version.",
        discussion: """
            A server does the same when it starts. A schema that is newer than this program is rejected and not changed.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let database = try await App.openUnmigrated(settings)
        let waits: @Sendable () -> Void = {
            complain("Another process is migrating the schema. Waiting until it has finished.")
        }
        let taken = try await Schema.migrator.migrate(database, waits: waits) { Time.system.now().milliseconds }
        await database.close()
        say(taken.isEmpty ? "The schema is up to date." : "Applied: \(taken.joined(separator: ", ")).")
    }
}
