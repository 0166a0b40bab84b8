import ArgumentParser
import Core
import SQL

/// `darkroom move`: from a data folder's SQLite to PostgreSQL.
struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Moves a stopped installation from SQLite to an empty PostgreSQL, and checks that all arrived.",
        discussion: """
            Copies every row in one transaction: all or nothing. Then counts, balances and the audit are compared, and \
            it says so. The secrets go into the database; the files stay in their folder, and the old database stays \
            as it is.
            An address with a password does not belong among a command's arguments, where others on the machine can \
            see it: set DARKROOM_DATABASE_URL, or PGPASSWORD beside an address without one.

            Examples:
              DARKROOM_DATABASE_URL=postgresql://… darkroom move --data /srv/darkroom
              darkroom move --from sqlite:/srv/darkroom/darkroom.sqlite --to \
              postgresql://darkroom@db.example.com/darkroom
            """)

    @Option(help: "sqlite: and the path of the database's file. Default: the data folder's.") var from: String?
    @Option(help: "postgresql://user@host/database. Default: DARKROOM_DATABASE_URL.") var to: String?
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let move = Move(
            path: try path(settings), data: settings.data, target: try target(settings),
            connections: settings.connections, time: .system)
        let report = try await move()
        say(report.text(from: move.path, to: move.target, files: settings.files))
    }

    private func path(_ settings: Settings) throws -> String {
        guard let from else { return settings.data + "/darkroom.sqlite" }
        guard case .sqlite(let path) = DatabaseAddress(from) else {
            throw Failure(.usage, """
                --from must be sqlite: and a path. A move goes from SQLite to PostgreSQL, and no other way.
                """)
        }
        return path
    }

    private func target(_ settings: Settings) throws -> PostgresAddress {
        if let to {
            guard let address = PostgresAddress(to) else { throw Failure(.usage, DatabaseAddress.refusal(of: "--to")) }
            return address
        }
        guard case .postgres(let address) = settings.database else {
            throw Failure(.usage, "Name the PostgreSQL to move to with --to, or with DARKROOM_DATABASE_URL.")
        }
        return address
    }
}
