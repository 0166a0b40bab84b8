import SQL

/// An expired lot that still holds credits.
struct ExpiredLot: Sendable, Hashable, Comparable {
    let id: ID<Lot>
    let account: ID<Account>
    let expiresAt: Instant

    static func < (one: ExpiredLot, other: ExpiredLot) -> Bool { (one.expiresAt, one.id) < (other.expiresAt, other.id) }
}

extension LedgerStatements {
    /// Lots to expire, the longest overdue first, from behind `last`.
    func expiredLots(_ limit: Int, after last: ExpiredLot?, now: Instant) throws(DatabaseError) -> [ExpiredLot] {
        try query("""
            SELECT id, account_id, expires_at FROM lots
            WHERE is_open = 1 AND expires_at <= $1 AND (expires_at, id) > ($2, $3) ORDER BY expires_at, id LIMIT $4
            """, now, last?.expiresAt ?? Instant(rawValue: .min), last?.id.rawValue ?? "",
            limit).map { row throws(DatabaseError) in
                try ExpiredLot(id: row.get("id"), account: row.get("account_id"), expiresAt: row.get("expires_at"))
            }
    }

    /// Records the end of an account's expired lots, up to `limit`, each as a fact of its own. The account's row
    /// is locked. Nothing is returned to a lot whose end was booked, so it is booked once.
    func expireLots(of account: ID<Account>, limit: Int, now: Instant) throws(DatabaseError) -> Int {
        let lots = try query("""
            SELECT id, remaining FROM lots WHERE account_id = $1 AND is_open = 1 AND expires_at <= $2
            ORDER BY expires_at, id LIMIT $3
            """, account, now, limit).map { row throws(DatabaseError) -> Reservation.Part in
                try Reservation.Part(lot: row.get("id"), amount: row.get("remaining"))
            }
        guard !lots.isEmpty else { return 0 }
        try perform(Statements.empty, rows: lots.map { [$0.lot, now] })
        var balance = try balance(of: account)
        let all = lots.reduce(Credits.zero) { $0 + $1.amount }
        try perform(
            "UPDATE balances SET available = available - $2, updated_at = $3 WHERE account_id = $1", account, all, now)
        var lines: [[any SQLConvertible]] = []
        // Ascending, as histories are read in the order of their ids.
        let ids = lots.map { _ in ID<LedgerTransaction>.make(at: now) }.sorted()
        for (id, lot) in zip(ids, lots) {
            balance.available -= lot.amount
            lines.append([
                id, TransactionKind.expire, "expire:\(lot.lot)", account, ID<Job>?.none, ID<User>?.none, lot.amount,
                balance.available,
                balance.reserved, now,
            ])
        }
        try insertLedger(
            entries: zip(ids, lots).flatMap { id, lot in
                [
                    [id, 0, LedgerAccount.available, account, lot.lot, -lot.amount],
                    [id, 1, LedgerAccount.expired, ID<Account>?.none, ID<Lot>?.none, lot.amount],
                ] as [[any SQLConvertible]]
            }, transactions: lines)
        return lots.count
    }
}

private enum Statements {
    static let empty = BulkStatement(
        "UPDATE lots SET remaining = 0, expired_at = v.column2 FROM (VALUES", row: "($1, CAST($2 AS BIGINT))",
        ") AS v WHERE lots.id = v.column1")
}
