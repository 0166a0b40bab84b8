import ArgumentParser
import Core
import SQL

/// `darkroom admin list-users`
struct ListUsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list-users", abstract: "Lists users, oldest first.",
        discussion: """
            Examples:
              darkroom admin list-users
              darkroom admin list-users --search example.com --limit 1000 --json
            """)

    @Option(help: "Only users whose email address contains this text.") var search = ""
    @Option(help: "The number of users to show, 1 to 100000.") var limit = 100
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 100000.") }
    }

    func run() async throws {
        let database = try await App.openExisting(try await Settings.read(flags: common.flags))
        let list = try await database.read { [search, limit] transaction in
            UserList(
                users: try transaction.accounts.users(containing: search, limit: limit),
                total: try transaction.accounts.countUsers(containing: search))
        }
        await database.close()
        say(json ? list.json.text : list.text)
    }
}

/// Users for a person at a terminal, and for a program.
struct UserList: Sendable {
    let users: [User]
    /// How many there are, of whom these are the first.
    let total: Int

    var text: String {
        let rows = [["EMAIL", "ID", "ROLE", "STATE", "CREATED", "LAST SIGN-IN"]] + users.map { user in
            [
                user.email, user.id.rawValue, user.role.rawValue, state(of: user), day(user.createdAt),
                user.lastSignInAt.map(day) ?? "never",
            ]
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
                .trimmingSuffix(" ")
        }
        let count = total > users.count
            ? "\(users.count) of \(total) users. Use --limit to show more."
            : "\(total) \(total == 1 ? "user" : "users")."
        return (lines + [count]).joined(separator: "\n")
    }

    var json: JSON {
        ["users": .array(users.map(members(of:))), "total": .integer(Int64(total))]
    }

    /// What is absent has never happened, or has no end.
    private func members(of user: User) -> JSON {
        let members: [String: JSON?] = [
            "id": .string(user.id.rawValue), "email": .string(user.email), "role": .string(user.role.rawValue),
            "confirmed": .bool(user.emailConfirmedAt != nil), "disabled": .bool(user.disabledAt != nil),
            "disabledUntil": user.disabledUntil.map { .string($0.text) }, "createdAt": .string(user.createdAt.text),
            "lastSignInAt": user.lastSignInAt.map { .string($0.text) },
        ]
        return .object(members.compactMapValues { $0 })
    }

    private func state(of user: User) -> String {
        if user.disabledAt != nil { return user.disabledUntil.map { "disabled until \($0.text)" } ?? "disabled" }
        return user.emailConfirmedAt == nil ? "unconfirmed" : "enabled"
    }

    /// The day of UTC, which is all that fits.
    private func day(_ instant: Instant) -> String { String(instant.text.prefix(10)) }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
