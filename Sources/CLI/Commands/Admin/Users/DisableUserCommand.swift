import ArgumentParser
import Core

/// `darkroom admin disable-user`
struct DisableUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable-user", abstract: "Keeps a user from signing in, and ends all their sessions.",
        discussion: """
            Running servers end the user's sessions and event streams within 5 seconds, and refuse the API keys of \
            the user's personal account until 'darkroom admin enable-user'. Jobs that were submitted before continue. \
            The only administrator cannot be disabled.

            Example:
              darkroom admin disable-user ada@example.com
            """)

    @OptionGroup var target: UserTarget

    func run() async throws {
        let user = try await target.edit { EditUsers.Change(access: .disabled(until: nil)) }
        say("\(user.email) is disabled.")
    }
}
