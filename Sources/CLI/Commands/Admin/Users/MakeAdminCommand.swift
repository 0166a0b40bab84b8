import ArgumentParser
import Core

/// `darkroom admin make-admin`
struct MakeAdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-admin", abstract: "Makes a user an administrator of the whole installation.",
        discussion: """
            An administrator sees and changes everything under /api/admin, and no limit on jobs per hour applies to \
            them. With --remove, an administrator becomes a user again; the only administrator cannot. Running \
            servers notice within 5 seconds.

            Examples:
              darkroom admin make-admin ada@example.com
              darkroom admin make-admin ada@example.com --remove
            """)

    @OptionGroup var target: UserTarget
    @Flag(help: "Make an administrator a user again.") var remove = false

    func run() async throws {
        let user = try await target.edit { EditUsers.Change(role: remove ? .user : .admin) }
        say("\(user.email) is \(user.role == .admin ? "an administrator" : "not an administrator").")
    }
}
