import SQL

extension SpendLimitStatements {
    /// The limits of those accounts that have any, with what was spent from the current periods on, as of `now`.
    func allowances(of accounts: [ID<Account>], now: Instant) throws(DatabaseError) -> [ID<Account>: SpendAllowances] {
        var all: [ID<Account>: SpendAllowances] = [:]
        let starts = SpendLimit.Period.allCases.map { $0.bounds(at: now).start }
        for row in try query(Statements.allowances, shared: starts, rows: accounts.map { [$0] }) {
            let account = try row.get("account_id", as: ID<Account>.self)
            let limit = try SpendLimit(row)
            all[account, default: SpendAllowances()].add(limit)
            if let start = try row.get("starts_at", as: Instant?.self) {
                all[account]?.add(try row.get("spent"), to: limit, from: start)
            }
        }
        return all
    }

    /// Counts what was reserved. To be called with the reservations, whose accounts' rows are locked.
    func count(_ reservations: [NewReservation]) throws(DatabaseError) {
        var sums: [CounterKey: Credits] = [:]
        for reservation in reservations where reservation.amount > .zero {
            for count in reservation.counts {
                sums[CounterKey(reservation.account, count), default: .zero] += reservation.amount
            }
        }
        try perform(
            Statements.add, rows: sums.sorted { $0.key < $1.key }.map { $0.key.values + [$0.key.endsAt, $0.value] })
    }

    /// Subtracts what was released of jobs, in the periods in which it was reserved, if those are counted.
    func uncount(_ released: [ID<Job>: Credits]) throws(DatabaseError) {
        guard !released.isEmpty else { return }
        var sums: [CounterKey: Credits] = [:]
        for row in try query(Statements.spenders, rows: released.keys.sorted().map { [$0] }) {
            let (account, reservedAt): (ID<Account>, Instant) = try (row.get("account_id"), row.get("created_at"))
            let scopes: [SpendLimit.Scope?] = try [
                .account, row.get("created_by", as: ID<User>?.self).map { .member($0) },
                row.get("key_id", as: ID<APIKey>?.self).map { .key($0) },
            ]
            let amount = try released[row.get("id")] ?? .zero
            for scope in scopes.compactMap({ $0 }) {
                for period in SpendLimit.Period.allCases {
                    sums[CounterKey(account, SpendCount(scope, period, at: reservedAt)), default: .zero] += amount
                }
            }
        }
        try perform(Statements.subtract, rows: sums.sorted { $0.key < $1.key }.map { $0.key.values + [$0.value] })
    }

    /// Every limit of an account with what was spent of it in the current period.
    func spendStates(of account: ID<Account>, now: Instant) throws(DatabaseError) -> [SpendState] {
        let allowances = try allowances(of: [account], now: now)[account] ?? SpendAllowances()
        return allowances.spent.map { limit, spent in
            let bounds = limit.period.bounds(at: now)
            return SpendState(limit: limit, spent: spent[bounds.start] ?? .zero, renewsAt: bounds.end)
        }
    }

    /// Sets a limit, and begins to count if nothing was counted so far: also in the periods before and after, which
    /// another node's clock may be in.
    func set(_ limit: SpendLimit, of account: ID<Account>, by user: ID<User>, now: Instant) throws(DatabaseError) {
        let subject = limit.scope.subject(in: account)
        try execute("""
            INSERT INTO spend_limits (account_id, scope, subject, period, amount, set_by, set_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (account_id, scope, subject, period)
            DO UPDATE SET amount = excluded.amount, set_by = excluded.set_by, set_at = excluded.set_at
            """, account, limit.scope.name, subject, limit.period, limit.amount, user, now)
        let bounds = limit.period.bounds(at: now)
        for instant in [bounds.start - .milliseconds(1), now, bounds.end] {
            let (start, end) = limit.period.bounds(at: instant)
            try execute("""
                INSERT INTO spend_counters (account_id, scope, subject, period, starts_at, ends_at, spent)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (account_id, scope, subject, period, starts_at) DO NOTHING
                """, account, limit.scope.name, subject, limit.period, start, end,
                try spent(by: limit.scope, of: account, from: start, to: end))
        }
    }

    func removeLimit(
        _ scope: SpendLimit.Scope, _ period: SpendLimit.Period, of account: ID<Account>
    ) throws(DatabaseError) {
        let subject = scope.subject(in: account)
        try execute("""
            DELETE FROM spend_limits WHERE account_id = $1 AND scope = $2 AND subject = $3 AND period = $4
            """, account, scope.name, subject, period)
        try execute("""
            DELETE FROM spend_counters WHERE account_id = $1 AND scope = $2 AND subject = $3 AND period = $4
            """, account, scope.name, subject, period)
    }

    /// Notes on the account's balance, which every reservation and every release reads, whether there is anything to
    /// count.
    func noteLimits(of account: ID<Account>) throws(DatabaseError) {
        try execute("""
            UPDATE balances SET has_limits = CASE WHEN EXISTS (SELECT 1 FROM spend_limits WHERE account_id = $1) THEN 1
                ELSE 0 END
            WHERE account_id = $1
            """, account)
    }

    /// Deletes at most `limit` counters of periods that began before.
    func deleteSpendCounters(before: Instant, limit: Int) throws(DatabaseError) -> Int {
        try execute("""
            DELETE FROM spend_counters WHERE (account_id, scope, subject, period, starts_at) IN (
                SELECT account_id, scope, subject, period, starts_at
                FROM spend_counters WHERE starts_at < $1 LIMIT $2 \(.skipLocked))
            """, before, limit)
    }

    /// What was reserved between two instants, less what of that was released: computed from the reservations
    /// themselves.
    private func spent(
        by scope: SpendLimit.Scope, of account: ID<Account>, from start: Instant, to end: Instant
    ) throws(DatabaseError) -> Credits {
        let (first, last) = (ID<Job>.first(at: start), ID<Job>.first(at: end))
        let row = switch scope {
        case .account: try queryOne("\(Statements.spent)", account, first, last)
        case .member(let user): try queryOne("\(Statements.spent) AND j.created_by = $4", account, first, last, user)
        case .key(let key): try queryOne("\(Statements.spent) AND j.key_id = $4", account, first, last, key)
        }
        return try row?.get("spent") ?? .zero
    }
}

/// The key of a counter's row.
private struct CounterKey: Hashable, Comparable {
    let account: ID<Account>
    let scope: String
    let subject: String
    let period: SpendLimit.Period
    let startsAt: Instant
    let endsAt: Instant

    init(_ account: ID<Account>, _ count: SpendCount) {
        self.account = account
        scope = count.scope.name
        subject = count.scope.subject(in: account)
        period = count.period
        startsAt = count.startsAt
        endsAt = count.endsAt
    }

    var values: [any SQLConvertible] { [account, scope, subject, period, startsAt] }

    static func < (one: CounterKey, other: CounterKey) -> Bool {
        (one.account, one.scope, one.subject, one.period.rawValue, one.startsAt)
            < (other.account, other.scope, other.subject, other.period.rawValue, other.startsAt)
    }
}

private enum Statements {
    static let allowances = BulkStatement("""
        SELECT l.account_id, l.scope, l.subject, l.period, l.amount, c.starts_at, c.spent FROM spend_limits l
        LEFT JOIN spend_counters c ON c.account_id = l.account_id AND c.scope = l.scope AND c.subject = l.subject
            AND c.period = l.period
            AND c.starts_at >= CASE l.period WHEN 'day' THEN CAST($1 AS BIGINT) ELSE $2 END
        WHERE l.account_id IN (
        """, row: "$1", ")", shared: 2)

    static let add = BulkStatement(
        "INSERT INTO spend_counters (account_id, scope, subject, period, starts_at, ends_at, spent) VALUES",
        row: "($1, $2, $3, $4, $5, $6, $7)", """
        ON CONFLICT (account_id, scope, subject, period, starts_at)
            DO UPDATE SET spent = spend_counters.spent + excluded.spent
        """)

    static let subtract = BulkStatement("""
        UPDATE spend_counters SET spent = spent - v.column6 FROM (VALUES
        """, row: "($1, $2, $3, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT))", """
        ) AS v WHERE spend_counters.account_id = v.column1 AND spend_counters.scope = v.column2
            AND spend_counters.subject = v.column3
            AND spend_counters.period = v.column4 AND spend_counters.starts_at = v.column5
        """)

    static let spenders = BulkStatement(
        "SELECT id, account_id, created_by, key_id, created_at FROM jobs WHERE id IN (", row: "$1", ")")

    /// A job's id says when it was made, which is when its credits were reserved.
    static let spent: Statement = """
        SELECT CAST(COALESCE(SUM(r.amount - r.released), 0) AS BIGINT) AS spent
        FROM jobs j JOIN reservations r ON r.job_id = j.id WHERE j.account_id = $1 AND j.id >= $2 AND j.id < $3
        """
}

extension SpendLimit {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        guard let scope = try Scope(name: row.get("scope"), subject: row.get("subject")) else {
            throw DatabaseError(.decoding, "a spend limit has an unknown scope")
        }
        try self.init(scope: scope, period: row.get("period"), amount: row.get("amount"))
    }
}
