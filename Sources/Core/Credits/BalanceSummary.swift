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
            SELECT CAST(COALESCE(SUM(CASE WHEN source = 'bonus' THEN remaining ELSE 0 END), 0) AS BIGINT) AS bonus
            FROM lots WHERE account_id = $1 AND is_open = 1
            """, account)
        let total = try queryOne("""
            SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total FROM transactions
            WHERE account_id = $1 AND kind IN ('purchase', 'grant', 'bonus')
            """, account)
        return try BalanceSummary(
            balance: balance(of: account), bonus: row?.get("bonus") ?? .zero, totalAllocated: total?.get("total") ?? .zero)
    }
}
