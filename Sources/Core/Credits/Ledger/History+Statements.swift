package import SQL

extension LedgerStatements {
    /// Newest first, from behind `cursor`. Ids sort by time, so the bounds of time are bounds of the id.
    package func history(
        of account: ID<Account>, _ filter: HistoryFilter = HistoryFilter(), before cursor: ID<LedgerTransaction>?,
        limit: Int
    ) throws(DatabaseError) -> [LedgerLine] {
        let first = filter.from.map { ID<LedgerTransaction>.first(at: $0).rawValue } ?? ""
        let end = min(cursor?.rawValue ?? "g", filter.to.map { ID<LedgerTransaction>.first(at: $0).rawValue } ?? "g")
        let rows = try historyRows(of: account, filter, from: first, before: end, limit)
        let links = try purchaseLinks(rows.map { row throws(DatabaseError) in try row.get("key") })
        return try rows.map { row throws(DatabaseError) in try LedgerLine(row, links[row.get("key")]) }
    }

    private func historyRows(
        of account: ID<Account>, _ filter: HistoryFilter, from first: String, before end: String, _ limit: Int
    ) throws(DatabaseError) -> [Row] {
        switch (filter.job, filter.kind) {
        case (let job?, let kind):
            try query("""
                WITH lines AS MATERIALIZED (SELECT * FROM transactions WHERE job_id = $1)
                SELECT * FROM lines WHERE account_id = $2 AND id >= $3 AND id < $4 AND kind = COALESCE($5, kind)
                ORDER BY id DESC LIMIT $6
                """, job, account, first, end, kind, limit)
        case (nil, nil):
            try query(
                "SELECT * FROM transactions WHERE account_id = $1 AND id >= $2 AND id < $3 ORDER BY id DESC LIMIT $4",
                account, first, end, limit)
        case (nil, let kind?) where kind.isOfJobs:
            try query("""
                SELECT * FROM transactions WHERE account_id = $1 AND id >= $2 AND id < $3 AND kind = $4
                ORDER BY id DESC LIMIT $5
                """, account, first, end, kind, limit)
        case (nil, .clawBack?):
            try query("""
                SELECT * FROM transactions
                WHERE account_id = $1 AND kind = 'claw_back' AND kind NOT IN ('reserve', 'capture', 'release')
                    AND id >= $2 AND id < $3
                UNION ALL
                SELECT * FROM transactions
                WHERE account_id = $1 AND kind = 'adjustment' AND kind NOT IN ('reserve', 'capture', 'release')
                    AND id >= $2 AND id < $3 AND (\(LedgerKey.isClawBack))
                ORDER BY id DESC LIMIT $4
                """, account, first, end, limit)
        case (nil, .adjustment?):
            try query("""
                SELECT * FROM transactions
                WHERE account_id = $1 AND kind = 'adjustment' AND kind NOT IN ('reserve', 'capture', 'release')
                    AND id >= $2 AND id < $3 AND NOT (\(LedgerKey.isClawBack))
                ORDER BY id DESC LIMIT $4
                """, account, first, end, limit)
        case (nil, let kind?):
            try query("""
                SELECT * FROM transactions
                WHERE account_id = $1 AND kind = $2 AND kind NOT IN ('reserve', 'capture', 'release') AND id >= $3
                    AND id < $4
                ORDER BY id DESC LIMIT $5
                """, account, kind, first, end, limit)
        }
    }
}

extension LedgerLine {
    /// - Parameter link: Nil for what no purchase is behind, as for jobs.
    init(_ row: Row, _ link: PurchaseLink?) throws(DatabaseError) {
        try self.init(
            id: row.get("id"), kind: LedgerKey.kind(of: row.get("key"), stored: row.get("kind")),
            job: row.get("job_id"), purchase: link?.purchase, reason: link?.reason, amount: row.get("amount"),
            availableAfter: row.get("available_after"), reservedAfter: row.get("reserved_after"),
            createdAt: row.get("created_at"))
    }
}
