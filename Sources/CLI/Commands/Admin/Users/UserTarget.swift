import ArgumentParser
import Core
import SQL

/// The user whom a command is about, and the data folder that they are in.
struct UserTarget: ParsableArguments {
    @Argument(help: "The email address or the id of a user.") var user: String
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard ID<User>(checking: user) != nil || EmailAddress(user) != nil else {
            throw ValidationError("'\(user)' is neither an email address nor the id of a user.")
        }
    }

    /// Changes the user, and returns them as they are then.
    func edit(_ makeChange: () throws -> EditUsers.Change) async throws -> User {
        let database = try await App.openExisting(try await Settings.read(flags: common.flags))
        let found = try await database.user(named: user)
        let edit = EditUsers(
            database: database, passwords: try Passwords(), credentials: CredentialCache(), time: .system)
        let user = try await edit(found.id, try makeChange(), by: .commandLine)
        await database.close()
        return user
    }
}

extension Database {
    /// The user of an id or an address; deleted ones are not found.
    func user(named name: String) async throws -> User {
        let found: User? =
            if let id = ID<User>(checking: name) {
                try await read { try $0.accounts.user(id) }
            } else if let email = EmailAddress(name) {
                try await read { try $0.accounts.user(withEmail: email) }
            } else {
                nil
            }
        guard let found, !found.isDeleted else { throw Failure(.failed, "There is no user '\(name)'.") }
        return found
    }
}
