import ArgumentParser
import Core
import Foundation
import SQL

/// `darkroom admin create-key`
struct CreateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create-key", abstract: "Creates an API key of an account, and prints it once.",
        discussion: """
            A program sends the key as 'Authorization: Bearer dk_…', and so does 'darkroom generate --url URL --key \
            KEY'. What it does is paid with the credits of the account.

            Examples:
              darkroom admin create-key
              darkroom admin create-key ada@example.com --name "web shop" --json
            """)

    @Argument(help: """
        The email address of a user (for the user's personal account), or the id of any account. Default: the account \
        of the first administrator
        """)
    var account: String?
    @Option(help: "The name of the key in lists.") var name = "command line"
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard account.map({ ID<Account>(checking: $0) != nil || EmailAddress($0) != nil }) ?? true else {
            throw ValidationError("'\(account ?? "")' is neither an email address nor an account id.")
        }
        let size = name.trimmingCharacters(in: .whitespacesAndNewlines).utf8.count
        guard (1...APIKeys.nameLimit).contains(size) else {
            throw ValidationError("--name must have 1 to \(APIKeys.nameLimit) bytes.")
        }
    }

    func run() async throws {
        let database = try await App.openExisting(try await Settings.read(flags: common.flags))
        let (owner, id) = try await owner(in: database)
        let keys = APIKeys(database: database, credentials: CredentialCache(), time: .system)
        let (key, secret) = try await keys.create(named: name, of: id, by: .commandLine)
        await database.close()
        if json {
            say(JSON.object([
                "id": .string(key.id.rawValue), "account": .string(id.rawValue), "name": .string(key.name),
                "prefix": .string(key.prefix), "createdAt": .string(key.createdAt.text), "key": .string(secret),
            ]).text)
        } else {
            say("Created the key '\(key.name)' (\(key.id)) of \(owner).")
            say("Key (shown this once): \(secret)")
        }
    }

    private func owner(in database: Database) async throws -> (String, ID<Account>) {
        if let account { return (account, try await database.account(named: account)) }
        guard let user = try await database.read({ try $0.accounts.firstAdministrator() }) else {
            throw Failure(.failed, "There is no administrator. Name the account that the key is for.")
        }
        return (user.email, user.personalAccount)
    }
}
