import ArgumentParser
import Core

/// `darkroom admin set-password`
struct SetPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-password", abstract: "Gives a user a new password, and ends all their sessions.",
        discussion: """
            Without --password, the command generates a password and prints it once. With --password - it asks for \
            one on a terminal, and otherwise reads it from standard input. A password cannot be an argument, because \
            other users of this machine can see those.
            The user can sign in with the new password at once, also after too many wrong guesses. Running servers \
            end the user's sessions and event streams within 5 seconds. API keys keep working.

            Examples:
              darkroom admin set-password ada@example.com
              darkroom admin set-password admin@localhost --password - < password.txt
            """)

    @OptionGroup var target: UserTarget
    @Option(help: "- to be asked for the password, or to read it from standard input.") var password: String?

    func validate() throws {
        guard password == nil || password == "-" else {
            throw ValidationError("""
                --password must be -, because other users of this machine can see the arguments of a command. The \
                command then asks for the password, or reads it from standard input.
                """)
        }
    }

    func run() async throws {
        var generated: String?
        let user = try await target.edit {
            if password == "-" { return EditUsers.Change(password: try PasswordInput.read(for: target.user)) }
            let made = FirstAdministrator.makePassword()
            generated = made
            return EditUsers.Change(password: made)
        }
        say("Set the password of \(user.email), and ended their sessions.")
        if let generated { say("Password (shown this once): \(generated)") }
    }
}
