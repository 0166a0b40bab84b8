import ArgumentParser
import Core
import Foundation
import SQL

/// `darkroom admin keys`
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Prints the anon key for Supabase clients, and where the service-role key is.",
        discussion: """
            The anon key identifies the installation to a Supabase client and proves nothing: an app may contain it. \
            The service-role key can do everything to all users, so it is not printed. For API keys (dk_…), see \
            'darkroom admin create-key'.

            Examples:
              darkroom admin keys
              darkroom admin keys --json
            """)

    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let database = try await App.openExisting(settings)
        let secrets = try await Secrets.find(settings.secretsStore(database, time: .system))
        await database.close()
        guard let secrets else {
            throw Failure(.failed, """
                The secrets of this installation are missing. Restore them from a backup, or start a server, which \
                creates new ones.
                """)
        }
        let keys = ProjectKeys(anonKey: secrets.anonKey, place: settings.serviceRoleKeyPlace)
        say(json ? keys.json.text : keys.text)
    }
}

/// What a Supabase client needs to know of an installation.
struct ProjectKeys: Sendable {
    let anonKey: String
    let place: Place

    /// Where the service-role key is, and a command that prints it.
    struct Place: Sendable, Equatable {
        let name: String
        let command: String
    }

    var text: String {
        """
        Anon key (an app may contain it):
          \(anonKey)
        Service-role key (keep it secret): serviceRoleKey in \(place.name). To print it:
          \(place.command)
        """
    }

    var json: JSON {
        [
            "anonKey": .string(anonKey),
            "serviceRoleKey": ["in": .string(place.name), "command": .string(place.command)],
        ]
    }
}

extension Settings {
    var serviceRoleKeyPlace: ProjectKeys.Place {
        if database.isShared {
            return .init(
                name: "the row 'secrets' of the table 'installation'", command: """
                    psql "$DARKROOM_DATABASE_URL" -Atc "SELECT value::json->>'serviceRoleKey' FROM installation WHERE \
                    name = 'secrets'"
                    """)
        }
        let path = data + "/secrets.json"
        // A path that needs quotes is put between single ones.
        let quoted = "'" + path.replacing("'", with: "'\\''") + "'"
        return .init(
            name: path,
            command: "python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[\"serviceRoleKey\"])' "
                + (path.allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) } ? path : quoted))
    }
}
