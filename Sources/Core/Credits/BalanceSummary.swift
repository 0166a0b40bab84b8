package import SQL

/// An account's credits at a glance.
package struct BalanceSummary: Sendable, Hashable {
    package let balance: Balance
    /// What is left of bonuses, within what is available.
    package let bonus: Credits
    /// All that was ever given or bought.
    package let totalAllocated: Credits
}

extension Transaction {
    package func balanceSummary(of account: ID<Account>) throws(DatabaseError) -> BalanceSummary {
        let row = try queryOne("""
            SELECT available, reserved, allocated, (
                SELECT CAST(COALESCE(SUM(remaining), 0) AS BIGINT) FROM lots
                WHERE account_id = $1 AND is_open = 1 AND source = 'bonus') AS bonus
            FROM balances WHERE account_id = $1
            """, account)
        guard let row else {
            return BalanceSummary(balance: Balance(available: .zero, reserved: .zero), bonus: .zero, totalAllocated: .zero)
        }
        return try BalanceSummary(balance: Balance(row), bonus: row.get("bonus"), totalAllocated: row.get("allocated"))
    }
}
