package import SQL

extension Database {
    /// Writes what belongs to one account: its jobs, their attempts, its balance, lots and files. Its row is locked
    /// before them.
    package func write<Value: Sendable>(
        of account: ID<Account>, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await write(order: .account(account)) { transaction in
            try transaction.lock([account])
            return try body(transaction)
        }
    }
}

extension LockOrder {
    /// For items of a set, whose body locks the accounts of all of them first.
    package static func account(_ id: ID<Account>) -> LockOrder { .key(id.rawValue) }

    /// As an account: a personal account's id is its user's.
    package static func user(_ id: ID<User>) -> LockOrder { .key(id.rawValue) }
}
