package import SQL

/// A limit, and how much of it is used in the current period.
package struct SpendState: Sendable, Hashable {
    package let limit: SpendLimit
    package let spent: Credits
    package let renewsAt: Instant

    package var left: Credits { max(.zero, limit.amount - spent) }
}

package enum SpendLimitError: Error, Sendable, Hashable {
    case notAllowed
    case noSuchMember
    case noSuchKey
    case tooMany(limit: Int)
}

/// An account's spend limits. Those who manage the account's keys manage them too, and no key does.
package struct SpendLimits: Sendable {
    package static let limit = 1_000

    private let database: Database
    private let time: Time

    package init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    package func list(for actor: Actor) async throws -> [SpendState] {
        try demandManager(actor)
        let now = time.now()
        return try await database.read { try $0.spendLimits.spendStates(of: actor.account, now: now) }.sorted()
    }

    /// A limit that is not given is removed. In force for the next request, on every node.
    package func set(
        _ scope: SpendLimit.Scope, _ amounts: [SpendLimit.Period: Credits], by actor: Actor
    ) async throws -> [SpendState] {
        let user = try demandManager(actor)
        let now = time.now()
        return try await database.write(of: actor.account) { transaction in
            try transaction.spendLimits.demand(scope, in: actor.account)
            let before = try transaction.spendLimits.spendStates(of: actor.account, now: now)
            let others = before.count { $0.limit.scope != scope }
            guard others + amounts.count <= Self.limit else { throw SpendLimitError.tooMany(limit: Self.limit) }
            for period in SpendLimit.Period.allCases {
                if let amount = amounts[period] {
                    try transaction.spendLimits.set(
                        SpendLimit(scope: scope, period: period, amount: amount), of: actor.account, by: user, now: now)
                } else {
                    try transaction.spendLimits.removeLimit(scope, period, of: actor.account)
                }
            }
            try transaction.spendLimits.noteLimits(of: actor.account)
            return try transaction.spendLimits.spendStates(of: actor.account, now: now).filter {
                $0.limit.scope == scope
            }.sorted()
        }
    }

    @discardableResult
    private func demandManager(_ actor: Actor) throws(SpendLimitError) -> ID<User> {
        guard let user = actor.user, actor.role.managesKeys else { throw .notAllowed }
        return user
    }
}

extension SpendLimitStatements {
    /// A limit of a member who has left stays until it is removed, and can be removed.
    fileprivate func demand(_ scope: SpendLimit.Scope, in account: ID<Account>) throws {
        switch scope {
        case .account: return
        case .member(let user):
            let row = try queryOne("""
                SELECT 1 AS one FROM members WHERE account_id = $1 AND user_id = $2
                UNION ALL SELECT 1 FROM spend_limits WHERE account_id = $1 AND scope = 'member' AND subject = $2
                """, account, user)
            guard row != nil else { throw SpendLimitError.noSuchMember }
        case .key(let key):
            guard try queryOne(
                "SELECT 1 AS one FROM api_keys WHERE id = $1 AND account_id = $2", key, account) != nil
            else {
                throw SpendLimitError.noSuchKey
            }
        }
    }
}

extension SpendState: Comparable {
    /// The account's first, then members' and keys', days before months.
    package static func < (one: SpendState, other: SpendState) -> Bool { one.place < other.place }

    private var place: (Int, String, Int) {
        let place = switch limit.scope {
        case .account: (0, "")
        case .member(let user): (1, user.rawValue)
        case .key(let key): (2, key.rawValue)
        }
        return (place.0, place.1, limit.period == .day ? 0 : 1)
    }
}
