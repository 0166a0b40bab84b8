import SQL

extension FileStatements {
    /// Nil if the asset is not shared, or no longer.
    func share(of asset: ID<Asset>, of account: ID<Account>, now: Instant) throws(DatabaseError) -> Share? {
        try queryOne(
            """
            SELECT * FROM shares WHERE asset_id = $1 AND account_id = $2 AND (expires_at IS NULL OR expires_at > $3)
            """, asset, account, now)
            .map { row throws(DatabaseError) in try Share(row) }
    }

    /// By their assets, newest first, without those that have expired.
    func shares(
        of account: ID<Account>, after cursor: ID<Asset>?, limit: Int, now: Instant
    ) throws(DatabaseError) -> [Share] {
        try query(
            """
            SELECT * FROM shares
            WHERE account_id = $1 AND asset_id < $2 AND (expires_at IS NULL OR expires_at > $3)
            ORDER BY asset_id DESC NULLS LAST LIMIT $4
            """, account, cursor?.rawValue ?? "g", now, limit)     // Every id is less than "g".
            .map { row throws(DatabaseError) in try Share(row) }
    }

    func countShares(of account: ID<Account>, now: Instant) throws(DatabaseError) -> Int {
        try queryOne(
            """
            SELECT COUNT(*) AS count FROM shares
            WHERE account_id = $1 AND (expires_at IS NULL OR expires_at > $2)
            """, account, now)?.get("count") ?? 0
    }

    func insertShare(_ share: Share) throws(DatabaseError) {
        try execute(
            """
            INSERT INTO shares (id, account_id, asset_id, created_by, shows_prompt, is_indexed, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, share.id, share.account, share.asset, share.createdBy, share.choices.showsPrompt ? 1 : 0,
            share.choices.isIndexed ? 1 : 0, share.createdAt, share.choices.expiresAt)
    }

    func updateShare(_ share: Share) throws(DatabaseError) {
        try execute(
            "UPDATE shares SET shows_prompt = $3, is_indexed = $4, expires_at = $5 WHERE id = $1 AND account_id = $2",
            share.id, share.account, share.choices.showsPrompt ? 1 : 0, share.choices.isIndexed ? 1 : 0,
            share.choices.expiresAt)
    }

    /// Has no effect if there is none.
    func deleteShare(of asset: ID<Asset>, of account: ID<Account>) throws(DatabaseError) {
        try execute("DELETE FROM shares WHERE asset_id = $1 AND account_id = $2", asset, account)
    }

    /// Returns how many were deleted.
    func deleteShares(expiredBy now: Instant, limit: Int) throws(DatabaseError) -> Int {
        try execute(
            """
            DELETE FROM shares WHERE id IN
                (SELECT id FROM shares WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 \(.skipLocked))
            """, now, limit)
    }
}
