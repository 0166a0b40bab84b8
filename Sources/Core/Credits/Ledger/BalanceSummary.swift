package import SQL

/// An overview of an account's credits and of the lots that hold them.
package struct BalanceSummary: Sendable, Hashable {
    static let mostLots = 100

    /// Excludes what has expired, whether its end was booked or not.
    package let balance: Balance
    /// What is left of bonuses, as part of what is available.
    package let bonus: Credits
    /// All that was ever granted or bought.
    package let totalAllocated: Credits
    /// In the order in which they are spent; no more than `mostLots`.
    package let lots: [Lot]
    package let hasMoreLots: Bool

    fileprivate static let nothing = BalanceSummary(
        balance: Balance(available: .zero, reserved: .zero), bonus: .zero, totalAllocated: .zero, lots: [],
        hasMoreLots: false)
}

extension LedgerStatements {
    package func balanceSummary(of account: ID<Account>, now: Instant) throws(DatabaseError) -> BalanceSummary {
        let row = try queryOne("""
            SELECT b.available, b.reserved, b.allocated,
                CAST(COALESCE(SUM(CASE WHEN l.expires_at <= $2 THEN l.remaining ELSE 0 END), 0) AS BIGINT) AS expired,
                CAST(COALESCE(SUM(CASE WHEN l.source = 'bonus'
                    AND (l.expires_at IS NULL OR l.expires_at > $2) THEN l.remaining ELSE 0 END), 0)
                    AS BIGINT) AS bonus
            FROM balances b LEFT JOIN lots l ON l.account_id = b.account_id AND l.is_open = 1
            WHERE b.account_id = $1 GROUP BY b.account_id, b.available, b.reserved, b.allocated
            """, account, now)
        guard let row else { return .nothing }
        let lots = try livingLots(of: account, limit: BalanceSummary.mostLots + 1, now: now)
        var balance = try Balance(row)
        balance.available -= try row.get("expired")
        return try BalanceSummary(
            balance: balance, bonus: row.get("bonus"), totalAllocated: row.get("allocated"),
            lots: Array(lots.prefix(BalanceSummary.mostLots)), hasMoreLots: lots.count > BalanceSummary.mostLots)
    }

    /// What can be spent now.
    package func spendableCredits(of account: ID<Account>, now: Instant) throws(DatabaseError) -> Credits {
        try credits(of: [account])[account]?.spendable(at: now) ?? .zero
    }

    private func livingLots(of account: ID<Account>, limit: Int, now: Instant) throws(DatabaseError) -> [Lot] {
        try query("""
            SELECT id, source, remaining, expires_at FROM lots
            WHERE account_id = $1 AND is_open = 1 AND (expires_at IS NULL OR expires_at > $2)
            ORDER BY expires_at NULLS LAST, id LIMIT $3
            """, account, now, limit).map { row throws(DatabaseError) in
                try Lot(
                    id: row.get("id"), source: row.get("source"), remaining: row.get("remaining"),
                    expiresAt: row.get("expires_at"))
            }
    }
}
