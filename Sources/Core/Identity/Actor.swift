/// Who acts, and for which account: proved by a token or a key before any rule is asked.
package struct Actor: Sendable, Hashable {
    package let account: ID<Account>
    /// Nobody where a key acts: a key belongs to its account and outlives who made it.
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
