package import SQL

/// Where a balance comes from: it is what is left in the lots, and what is left in a lot is the sum of its entries.
package struct Explanation: Sendable, Hashable {
    /// What happened to a lot up to the instant that is explained.
    package struct LotAccount: Sendable, Hashable {
        package let id: ID<Lot>
        package let source: Lot.Source
        package let expiresAt: Instant?
        package let createdAt: Instant
        /// What it was created with: granted, bought, or returned out of a lot that had expired.
        package let granted: Credits
        package let available: Credits
        package let reserved: Credits
        package let captured: Credits
        package let expired: Credits
        /// Taken back with a payment, or paid for what was owed.
        package let clawedBack: Credits
        package let entries: Int

        /// What was moved to another lot, as happens when credits are returned after a lot's end.
        package var moved: Credits { granted - available - reserved - captured - expired - clawedBack }
    }

    /// One posting that touched a lot.
    package struct LotEntry: Sendable, Hashable {
        package let transaction: ID<LedgerTransaction>
        package let kind: TransactionKind
        package let job: ID<Job>?
        package let purchase: ID<Purchase>?
        package let reason: ClawBackReason?
        package let book: LedgerAccount
        package let amount: Credits
        package let createdAt: Instant
    }

    package let at: Instant
    package let balance: Balance
    /// Newest first.
    package let lots: [LotAccount]
}

extension LedgerStatements {
    /// Reads all of the account's entries up to the instant, once. The balance is their sum, and not the stored row.
    package func explanation(of account: ID<Account>, at instant: Instant) throws(DatabaseError) -> Explanation {
        let rows = try query("""
            SELECT e.lot_id, e.book, \(LedgerKey.kindColumn) AS kind, CAST(SUM(e.amount) AS BIGINT) AS amount,
                CAST(SUM(CASE WHEN e.amount < 0 THEN e.amount ELSE 0 END) AS BIGINT) AS taken, COUNT(*) AS count
            FROM transactions t JOIN entries e ON e.transaction_id = t.id
            WHERE t.account_id = $1 AND t.id < $2 AND e.lot_id IS NOT NULL GROUP BY 1, 2, 3
            """, account, end(instant))
        var sums: [ID<Lot>: LotSums] = [:]
        for row in rows { try sums[row.get("lot_id"), default: LotSums()].add(row) }
        let lots = try query(Statements.lots, rows: sums.keys.sorted().map { [$0] }).map { row throws(DatabaseError) in
            try Explanation.LotAccount(row, sums[row.get("id")] ?? LotSums())
        }
        return Explanation(
            at: instant,
            balance: Balance(
                available: lots.reduce(.zero) { $0 + $1.available }, reserved: lots.reduce(.zero) { $0 + $1.reserved }),
            lots: lots.sorted { $0.id > $1.id })
    }

    /// Returns the entries of one lot, newest first, from behind `cursor`, or nil if the account has no such lot.
    package func lotEntries(
        _ lot: ID<Lot>, of account: ID<Account>, at instant: Instant, before cursor: ID<LedgerTransaction>?, limit: Int
    ) throws(DatabaseError) -> [Explanation.LotEntry]? {
        guard try queryOne("SELECT 1 AS one FROM lots WHERE id = $1 AND account_id = $2", lot, account) != nil else {
            return nil
        }
        // A transaction's entries stay together: whole transactions make a page.
        let rows = try query("""
            SELECT t.id, t.kind, t.key, t.job_id, t.created_at, e.book, CAST(SUM(e.amount) AS BIGINT) AS amount
            FROM transactions t JOIN entries e ON e.transaction_id = t.id
            WHERE t.account_id = $1 AND t.id < $2 AND e.lot_id = $3
            GROUP BY t.id, t.kind, t.key, t.job_id, t.created_at, e.book ORDER BY t.id DESC, e.book LIMIT $4
            """, account, min(end(instant), cursor?.rawValue ?? "g"), lot, limit)
        let links = try purchaseLinks(rows.map { row throws(DatabaseError) in try row.get("key") })
        return try rows.map { row throws(DatabaseError) in
            try Explanation.LotEntry(row, links[row.get("key")])
        }
    }

    /// Behind everything that was booked at this instant.
    private func end(_ instant: Instant) -> String {
        ID<LedgerTransaction>.first(at: instant + .milliseconds(1)).rawValue
    }
}

private enum Statements {
    static let lots = BulkStatement(
        "SELECT id, source, granted, expires_at, created_at FROM lots WHERE id IN (", row: "$1", ")")
}

/// The sums of a lot's entries.
private struct LotSums {
    var available = Credits.zero
    var reserved = Credits.zero
    var captured = Credits.zero
    var expired = Credits.zero
    var clawedBack = Credits.zero
    var entries = 0

    mutating func add(_ row: Row) throws(DatabaseError) {
        let amount = try row.get("amount", as: Credits.self)
        entries += try row.get("count", as: Int.self)
        switch try (row.get("book", as: LedgerAccount.self), row.get("kind", as: TransactionKind.self)) {
        case (.available, let kind):
            available += amount
            if kind == .expire { expired -= amount }
            // A lot that credits came back in begins with a positive one.
            if kind == .clawBack { clawedBack -= try row.get("taken", as: Credits.self) }
        case (.reserved, let kind):
            reserved += amount
            if kind == .capture { captured -= amount }
        default: break
        }
    }
}

extension Explanation.LotAccount {
    fileprivate init(_ row: Row, _ sums: LotSums) throws(DatabaseError) {
        try self.init(
            id: row.get("id"), source: row.get("source"), expiresAt: row.get("expires_at"),
            createdAt: row.get("created_at"),
            granted: row.get("granted"), available: sums.available, reserved: sums.reserved, captured: sums.captured,
            expired: sums.expired, clawedBack: sums.clawedBack, entries: sums.entries)
    }
}

extension Explanation.LotEntry {
    fileprivate init(_ row: Row, _ link: PurchaseLink?) throws(DatabaseError) {
        try self.init(
            transaction: row.get("id"), kind: LedgerKey.kind(of: row.get("key"), stored: row.get("kind")),
            job: row.get("job_id"), purchase: link?.purchase, reason: link?.reason, book: row.get("book"),
            amount: row.get("amount"), createdAt: row.get("created_at"))
    }
}
