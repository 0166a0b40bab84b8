package import SQL

extension LockOrder {
    /// The account's row first, then what is the account's: its jobs, their attempts, its balance, lots and files.
    package static func account(_ id: ID<Account>) -> LockOrder { .key(id.rawValue) }

    /// As an account: a personal account's id is its user's.
    package static func user(_ id: ID<User>) -> LockOrder { .key(id.rawValue) }
}
