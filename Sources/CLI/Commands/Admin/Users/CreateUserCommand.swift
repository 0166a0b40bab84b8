import ArgumentParser
import Core
import SQL

/// `darkroom admin create-user`
struct CreateUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create-user",
        abstract: "Creates a user with a confirmed email address and the welcome credits.", discussion: """
            Without --password, the command generates a password and prints it once. Other users of this machine can \
            see a password in the arguments of a command; with --password - the command asks for it on a terminal, and \
            otherwise reads it from standard input.

            Examples:
              darkroom admin create-user ada@example.com
              darkroom admin create-user ops@example.com --admin --password - < password.txt
            """)

    @Argument(help: "The email address that the user signs in with.") var email: String
    @Option(help: "The password, or - to be asked for it or to read it from standard input.") var password: String?
    @Flag(help: "Make the user an administrator of the whole installation.") var admin = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard EmailAddress(email) != nil else {
            throw ValidationError("'\(email)' is not an email address. Use an address such as name@example.com.")
        }
    }

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let database = try await App.openExisting(settings)
        let given = try password == "-" ? PasswordInput.read(for: email) : password
        let chosen = given ?? FirstAdministrator.makePassword()
        let signUp = SignUp(
            database: database, passwords: try Passwords(), time: .system, mode: settings.signUp, confirmsByMail: false)
        let user = try await signUp.create(
            email: email, password: chosen, isConfirmed: true, role: admin ? .admin : .user, by: .commandLine)
        let balance = try await database.read { try $0.ledger.balance(of: user.personalAccount) }
        await database.close()
        say("Created \(admin ? "administrator" : "user") \(user.email) (\(user.id)) with \(balance.available) credits.")
        if given == nil { say("Password (shown this once): \(chosen)") }
    }
}
