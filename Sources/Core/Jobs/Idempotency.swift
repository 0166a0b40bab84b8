package import SQL

/// A caller's key for one creating request, and what to keep as its answer.
package struct Idempotency: Sendable {
    package let route: String
    package let key: String
    /// SHA-256 of the body, in hex.
    package let bodyHash: String

    package init(route: String, key: String, bodyHash: String) {
        self.route = route
        self.key = key
        self.bodyHash = bodyHash
    }
}

package struct KeptAnswer: Sendable, Hashable {
    package let status: Int
    package let body: String

    package init(status: Int, body: String) {
        self.status = status
        self.body = body
    }
}

package enum IdempotencyError: Error, Sendable, Hashable {
    /// The key came before, with another body.
    case keyReused
}

extension Transaction {
    /// The answer kept for this key, within 24 hours. Throws before any write where the body differs.
    package func keptAnswer(_ request: Idempotency, of account: ID<Account>, now: Instant) throws -> KeptAnswer? {
        guard let row = try queryOne("""
            SELECT body_hash, status, answer FROM idempotency_keys
            WHERE account_id = $1 AND route = $2 AND key = $3 AND created_at > $4
            """, account, request.route, request.key, now - .seconds(86_400))
        else { return nil }
        guard try row.get("body_hash") == request.bodyHash else { throw IdempotencyError.keyReused }
        return try KeptAnswer(status: row.get("status"), body: row.get("answer"))
    }

    /// In the transaction of what the answer tells of. An old row of the same key makes room.
    package func keepAnswer(_ answer: KeptAnswer, _ request: Idempotency, of account: ID<Account>, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO idempotency_keys (account_id, route, key, body_hash, status, answer, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (account_id, route, key) DO UPDATE
            SET body_hash = excluded.body_hash, status = excluded.status, answer = excluded.answer, created_at = excluded.created_at
            """, account, request.route, request.key, request.bodyHash, answer.status, answer.body, now)
    }

    /// At most `limit` keys older than a day.
    package func deleteIdempotencyKeys(before: Instant, limit: Int) throws(DatabaseError) -> Int {
        try execute("""
            DELETE FROM idempotency_keys WHERE (account_id, route, key) IN
                (SELECT account_id, route, key FROM idempotency_keys WHERE created_at <= $1 LIMIT $2 \(.skipLocked))
            """, before, limit)
    }
}
