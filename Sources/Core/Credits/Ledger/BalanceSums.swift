package import SQL

/// The totals of all accounts, to compare two databases by.
package struct BalanceSums: Sendable, Hashable {
    package let accounts: Int
    package let available: Credits
    package let reserved: Credits
    package let owed: Credits
}

extension LedgerStatements {
    package func balanceSums() throws(DatabaseError) -> BalanceSums {
        guard let row = try queryOne("""
            SELECT COUNT(*) AS accounts, CAST(COALESCE(SUM(available), 0) AS BIGINT) AS available,
                CAST(COALESCE(SUM(reserved), 0) AS BIGINT) AS reserved, CAST(COALESCE(SUM(owed), 0) AS BIGINT) AS owed
            FROM balances
            """)
        else { throw DatabaseError(.decoding, "a sum has no row") }
        return try BalanceSums(
            accounts: row.get("accounts"), available: row.get("available"), reserved: row.get("reserved"),
            owed: row.get("owed"))
    }
}
