import SQL

/// Who acts, and for which account: proved by a token or a key before any rule is checked.
package struct Actor: Sendable, Hashable {
    package let account: ID<Account>
    /// Nil if a key acts: a key belongs to its account and outlives the user who made it.
    package let user: ID<User>?
    package let key: ID<APIKey>?
    package let role: MemberRole
    package let platformRole: PlatformRole

    package init(
        account: ID<Account>, user: ID<User>?, key: ID<APIKey>?, role: MemberRole, platformRole: PlatformRole
    ) {
        self.account = account
        self.user = user
        self.key = key
        self.role = role
        self.platformRole = platformRole
    }
}

/// What a member can do in an account: a member works, an admin also manages keys, members and limits, an owner
/// everything.
package enum MemberRole: String, Sendable, SQLConvertible, Codable {
    case owner, admin, member

    var managesKeys: Bool { self != .member }
}

/// What a user can do in the installation.
package enum PlatformRole: String, Sendable, SQLConvertible, Codable {
    case user
    /// Administers the installation.
    case admin
}
