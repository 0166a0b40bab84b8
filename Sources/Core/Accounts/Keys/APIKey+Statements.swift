import SQL

extension AccountStatements {
    func insert(_ key: APIKey, digest: String) throws(DatabaseError) {
        try execute("""
            INSERT INTO api_keys (id, account_id, created_by, name, hash, prefix, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, key.id, key.account, key.createdBy, key.name, digest, key.prefix, key.createdAt)
    }

    func countKeys(of account: ID<Account>) throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS count FROM api_keys WHERE account_id = $1 AND revoked_at IS NULL", account)?
            .get("count") ?? 0
    }

    func keys(of account: ID<Account>, before cursor: ID<APIKey>?, limit: Int) throws(DatabaseError) -> [APIKey] {
        try query("""
            SELECT id, account_id, created_by, name, prefix, created_at, last_used_at FROM api_keys
            WHERE account_id = $1 AND revoked_at IS NULL AND id < $2 ORDER BY id DESC LIMIT $3
            """, account, cursor?.rawValue ?? "g", limit   // Every id is less than "g".
        ).map(APIKey.init)
    }

    /// Returns false if the account has no such key, or if it has ended before.
    func revokeKey(_ id: ID<APIKey>, of account: ID<Account>, now: Instant) throws(DatabaseError) -> Bool {
        try execute("""
            UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL
            """, id, account, now) > 0
    }

    /// Several nodes may note a use of the same key: the latest one is stored.
    func noteUse(of key: ID<APIKey>, at instant: Instant) throws(DatabaseError) {
        try execute("""
            UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)
            """, key, instant)
    }
}

extension APIKey {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        try self.init(
            id: row.get("id"), account: row.get("account_id"), createdBy: row.get("created_by"), name: row.get("name"),
            prefix: row.get("prefix"), createdAt: row.get("created_at"), lastUsedAt: row.get("last_used_at"))
    }
}
