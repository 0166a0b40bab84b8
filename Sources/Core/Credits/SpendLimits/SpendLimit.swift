import SQL

/// How much may be spent in a day or a month of UTC: by a whole account, by one of its members, or by one of its keys.
package struct SpendLimit: Sendable, Hashable {
    package enum Scope: Sendable, Hashable {
        case account
        case member(ID<User>)
        case key(ID<APIKey>)
    }

    package enum Period: String, Sendable, Hashable, SQLConvertible, Codable, CaseIterable {
        case day, month

        /// When the period that an instant is in begins, and when the next one does.
        package func bounds(at instant: Instant) -> (start: Instant, end: Instant) {
            switch self {
            case .day: (instant.startOfDay, instant.startOfDay + .seconds(86_400))
            case .month: instant.month
            }
        }
    }

    package let scope: Scope
    package let period: Period
    package let amount: Credits
}

/// A reservation would go beyond a limit. Nothing was done.
package struct SpendLimitReached: Error, Sendable, Hashable {
    package let limit: SpendLimit
    package let required: Credits
    package let left: Credits
    package let renewsAt: Instant
}

/// The limits of an account, and what was spent of each in the relevant periods.
struct SpendAllowances: Sendable, Hashable {
    /// By limit and by the start of the period.
    private(set) var spent: [SpendLimit: [Instant: Credits]] = [:]

    mutating func add(_ limit: SpendLimit) {
        spent[limit] = spent[limit] ?? [:]
    }

    mutating func add(_ amount: Credits, to limit: SpendLimit, from start: Instant) {
        spent[limit, default: [:]][start, default: .zero] += amount
    }

    /// Returns the counters that a reservation counts in. Takes from all of them, or throws and takes from none.
    mutating func take(_ amount: Credits, by actor: Actor, now: Instant) throws(SpendLimitReached) -> [SpendCount] {
        let limits = spent.keys.filter { $0.scope.includes(actor) }.sorted { $0.order < $1.order }
        for limit in limits {
            let (start, end) = limit.period.bounds(at: now)
            let left = max(.zero, limit.amount - (spent[limit]?[start] ?? .zero))
            guard amount <= left else {
                throw SpendLimitReached(limit: limit, required: amount, left: left, renewsAt: end)
            }
        }
        return limits.map { limit in
            let count = SpendCount(limit.scope, limit.period, at: now)
            add(amount, to: limit, from: count.startsAt)
            return count
        }
    }
}

/// What a limit is counted in.
struct SpendCount: Sendable, Hashable {
    let scope: SpendLimit.Scope
    let period: SpendLimit.Period
    let startsAt: Instant
    let endsAt: Instant

    init(_ scope: SpendLimit.Scope, _ period: SpendLimit.Period, at instant: Instant) {
        self.scope = scope
        self.period = period
        (startsAt, endsAt) = period.bounds(at: instant)
    }
}

extension SpendLimit.Scope {
    package var name: String {
        switch self {
        case .account: "account"
        case .member: "member"
        case .key: "key"
        }
    }

    /// The id of the account, member or key that it limits.
    package func subject(in account: ID<Account>) -> String {
        switch self {
        case .account: account.rawValue
        case .member(let user): user.rawValue
        case .key(let key): key.rawValue
        }
    }

    init?(name: String, subject: String) {
        switch name {
        case "account": self = .account
        case "member": self = .member(ID(rawValue: subject))
        case "key": self = .key(ID(rawValue: subject))
        default: return nil
        }
    }

    func includes(_ actor: Actor) -> Bool {
        switch self {
        case .account: true
        case .member(let user): actor.user == user
        case .key(let key): actor.key == key
        }
    }
}

extension SpendLimit {
    /// The narrower and the shorter first: that is the one to report if several are reached.
    fileprivate var order: Int {
        let width = switch scope {
        case .key: 0
        case .member: 2
        case .account: 4
        }
        return width + (period == .day ? 0 : 1)
    }
}
