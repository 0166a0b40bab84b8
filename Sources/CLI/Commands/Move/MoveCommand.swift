import ArgumentParser
import Core
import SQL

/// `darkroom move`: from a data folder's SQLite to PostgreSQL.
struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Moves a stopped installation from SQLite to an empty PostgreSQL database, and verifies the copy.",
        discussion: """
            The command copies all rows in one transaction, then compares row counts and balances and runs the audit. \
            It copies the secrets into the database. The files stay in their folder, and the old database is not \
            changed.
            Other users of this machine can see a password in the arguments of a command. Set DARKROOM_DATABASE_URL \
            instead, or set PGPASSWORD and use a URL without a password.

            Examples:
              DARKROOM_DATABASE_URL=postgresql://… darkroom move --data /srv/darkroom
              darkroom move --from sqlite:/srv/darkroom/darkroom.sqlite --to \
              postgresql://darkroom@db.example.com/darkroom
            """)

    @Option(help: "sqlite: followed by the path of the database file. Default: the database of the data folder.")
    var from: String?
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
                --from must be sqlite: followed by a path. Only moves from SQLite to PostgreSQL are supported.
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
            throw Failure(.usage, "Set --to or DARKROOM_DATABASE_URL to the PostgreSQL database to move to.")
        }
        return address
    }
}
