import ArgumentParser
import Core

/// `darkroom admin enable-user`
struct EnableUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable-user", abstract: "Lets a disabled user sign in again.",
        discussion: """
            The API keys of the user's personal account work again within 5 seconds. The sessions that ended do not \
            come back: the user signs in again.

            Example:
              darkroom admin enable-user ada@example.com
            """)

    @OptionGroup var target: UserTarget

    func run() async throws {
        let user = try await target.edit { EditUsers.Change(access: .enabled) }
        say("\(user.email) is enabled.")
    }
}
