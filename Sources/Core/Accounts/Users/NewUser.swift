/// A user about to be created: with a profile, a personal account that they own, its balance and, if due, a bonus.
struct NewUser: Sendable {
    let id: ID<User>
    let email: EmailAddress
    let passwordHash: PasswordHash?
    let role: PlatformRole
    let metadata: JSON
    let isConfirmed: Bool
    let bonus: Bonus?

    /// Credits to begin with.
    struct Bonus: Sendable {
        let amount: Credits
        let expiresAt: Instant?
        /// The key of the fact that it books, so that it is given once.
        let key: String

        /// Once per address, even for one that was erased and signs up again.
        static func welcome(_ email: EmailAddress, now: Instant) -> Bonus {
            Bonus(amount: .whole(10), expiresAt: now + .seconds(90 * 86_400), key: "welcome:\(email.digest)")
        }

        static func firstAdministrator(_ id: ID<User>) -> Bonus {
            Bonus(amount: .whole(1000), expiresAt: nil, key: "first-administrator:\(id)")
        }
    }

    /// What the person calls themselves, if they said so.
    var name: String? {
        let names = ["full_name", "name", "display_name"].lazy.compactMap { metadata[$0]?.string }
        return names.first { !$0.isEmpty }.map { $0.beginning(bytes: 200).onOneLine }
    }

    var account: ID<Account> { ID(rawValue: id.rawValue) }

    var accountName: String {
        name ?? String(email.text.prefix { $0 != "@" })
    }
}
