import SQL

/// A person who signs in.
package struct User: Sendable, Hashable {
    package enum Role: String, Sendable, SQLConvertible, Codable {
        case user
        /// Administers the installation.
        case admin
    }
}

/// What a key, a token or a member can do in an account.
package struct Account: Sendable, Hashable {
    package enum Role: String, Sendable, SQLConvertible, Codable {
        case owner, admin, member
    }
}

/// A long-lived key that an app signs its requests with. It belongs to one account.
package struct APIKey: Sendable, Hashable {}

/// Who acts, and for which account: proved by a token or a key before any rule is asked.
package struct Actor: Sendable, Hashable {
    package let account: ID<Account>
    package let user: ID<User>?
    package let key: ID<APIKey>?
    package let role: Account.Role
    package let platformRole: User.Role

    package init(account: ID<Account>, user: ID<User>?, key: ID<APIKey>?, role: Account.Role, platformRole: User.Role) {
        self.account = account
        self.user = user
        self.key = key
        self.role = role
        self.platformRole = platformRole
    }
}
