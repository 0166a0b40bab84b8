package import SQL

/// Grants credits for an operator. Under one key they are granted once, however often the command is repeated.
package struct GrantCredits: Sendable {
    package struct Grant: Sendable {
        package let account: ID<Account>
        package let amount: Credits
        package let source: Lot.Source
        /// Nil means that they do not expire.
        package let lifetime: Duration?
        /// The key of the fact that is booked, as the operator chose it.
        package let key: String

        package init(account: ID<Account>, amount: Credits, source: Lot.Source, lifetime: Duration?, key: String) {
            self.account = account
            self.amount = amount
            self.source = source
            self.lifetime = lifetime
            self.key = key
        }
    }

    package enum Outcome: Sendable, Hashable {
        case booked(Balance)
        /// An earlier call did it.
        case bookedBefore(Balance)
    }

    package enum Refusal: Error, Sendable, Hashable {
        case noSuchAccount
        case amountNotPositive
        /// The key was used for another account or another amount.
        case keyUsedOtherwise
    }

    private let database: Database
    private let time: Time

    package init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    /// Throws `Refusal`.
    package func callAsFunction(_ grant: Grant) async throws -> Outcome {
        guard grant.amount > .zero else { throw Refusal.amountNotPositive }
        let now = time.now()
        let key = "operator:\(grant.key)"
        return try await database.write(of: grant.account) { transaction in
            guard try transaction.ledger.hasBalance(grant.account) else { throw Refusal.noSuchAccount }
            if let booked = try transaction.ledger.booked(key: key) {
                guard booked == (grant.account, grant.amount) else { throw Refusal.keyUsedOtherwise }
                return .bookedBefore(try transaction.ledger.balance(of: grant.account))
            }
            try transaction.ledger.grant(
                grant.source, grant.amount, to: grant.account, key: key, expiresAt: grant.lifetime.map { now + $0 },
                now: now)
            return .booked(try transaction.ledger.balance(of: grant.account))
        }
    }
}
