package import SQL

extension FileStatements {
    /// Returns how many bytes the account's files have.
    package func storedBytes(of account: ID<Account>) throws(DatabaseError) -> Int {
        try queryOne("SELECT bytes FROM storage_usage WHERE account_id = $1", account)?.get("bytes") ?? 0
    }

    /// As `storedBytes`, held until the transaction ends, so that two uploads cannot share the last free byte.
    func lockStoredBytes(of account: ID<Account>) throws(DatabaseError) -> Int {
        let row = try queryOne(
            "SELECT bytes FROM storage_usage WHERE account_id = $1 \(.forUpdate(of: "storage_usage"))", account)
        return try row?.get("bytes") ?? 0
    }

    func addStorage(files: Int, bytes: Int, of account: ID<Account>) throws(DatabaseError) {
        let changed = try execute(
            "UPDATE storage_usage SET files = files + $2, bytes = bytes + $3 WHERE account_id = $1",
            account, files, bytes)
        if changed > 0 { return }
        try execute(
            """
            INSERT INTO storage_usage (account_id, files, bytes) VALUES ($1, $2, $3)
            ON CONFLICT (account_id) DO UPDATE
                SET files = storage_usage.files + excluded.files, bytes = storage_usage.bytes + excluded.bytes
            """, account, files, bytes)
    }

    /// Returns how many files the account has sent since `instant`, deleted ones too, and when the first of them came.
    package func uploads(
        of account: ID<Account>, since instant: Instant
    ) throws(DatabaseError) -> (count: Int, first: Instant?) {
        let row = try queryOne(
            """
            SELECT COUNT(*) AS count, MIN(created_at) AS first FROM assets
            WHERE account_id = $1 AND job_id IS NULL AND created_at > $2
            """, account, instant)
        guard let row else { return (0, nil) }
        return try (row.get("count"), row.get("first"))
    }

    /// Registers a file for removal at `dueAt`; to register it again only puts that off. Returns false if its removal
    /// has begun, or an asset owns the key: then nothing may be stored under it.
    ///
    /// - Parameter sha256: Of a file that is published next, if another might be under the same key. The last to
    ///   register is the one whose row may be inserted.
    @discardableResult
    package func registerPendingFile(
        _ key: StorageKey, sha256: String? = nil, dueAt: Instant
    ) throws(DatabaseError) -> Bool {
        try execute(
            """
            INSERT INTO file_deletions (key, due_at, sha256)
            SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT)
            WHERE NOT EXISTS (SELECT 1 FROM assets WHERE key = $1 AND deleted_at IS NULL)
            ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at, sha256 = excluded.sha256
                WHERE file_deletions.tries = 0
            """, key, dueAt, sha256) == 1
    }

    /// Whether `clearPendingFile` would find it, for those who must refuse before they write.
    package func isRegistered(_ key: StorageKey) throws(DatabaseError) -> Bool {
        try queryOne(
            """
            SELECT 1 AS one FROM file_deletions WHERE key = $1 AND tries = 0 \(.forUpdate(of: "file_deletions"))
            """, key) != nil
    }

    /// A row is about to own the file.
    func clearPendingFile(_ key: StorageKey) throws(DatabaseError) {
        try execute("DELETE FROM file_deletions WHERE key = $1", key)
    }

    /// Claims files whose removal is due: nobody else claims them before `retryAt`, and nothing new is stored under
    /// their keys.
    package func claimFileDeletions(
        _ limit: Int, now: Instant, retryAt: Instant
    ) throws(DatabaseError) -> [FileDeletion] {
        try query(
            """
            WITH due AS (
                SELECT key FROM file_deletions
                WHERE due_at <= $1
                    AND NOT EXISTS (
                        SELECT 1 FROM assets WHERE assets.key = file_deletions.key AND assets.deleted_at IS NULL)
                ORDER BY due_at, key LIMIT $2 \(.skipLocked)
            )
            UPDATE file_deletions SET due_at = $3, tries = tries + 1
            WHERE key IN (SELECT key FROM due) RETURNING key, tries
            """, now, limit, retryAt)
            .map { row throws(DatabaseError) in try FileDeletion(key: row.get("key"), tries: row.get("tries")) }
    }

    func putOffFileDeletion(_ key: StorageKey, to instant: Instant) throws(DatabaseError) {
        try execute("UPDATE file_deletions SET due_at = $2 WHERE key = $1", key, instant)
    }
}

/// A file whose removal is claimed.
package struct FileDeletion: Sendable, Hashable {
    package let key: StorageKey
    /// This one counted.
    package let tries: Int
}
