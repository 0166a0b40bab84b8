import Crypto
import Foundation
import SQL

/// A client's key for one creating request, under which its response is stored.
package struct Idempotency: Sendable {
    /// How long a response is stored.
    static let lifetime = Duration.seconds(86_400)

    package let route: String
    package let key: String
    /// SHA-256, in hex, of what the request asks for.
    package let bodyHash: String
    /// SHA-256 of the body's bytes, which earlier versions stored: a request that one of them answered is recognized by
    /// it, if it comes again byte by byte. Nil if it is the same, or if there is no body.
    package let bytesHash: String?

    package init(route: String, key: String, bodyHash: String, bytesHash: String? = nil) {
        self.route = route
        self.key = key
        self.bodyHash = bodyHash
        self.bytesHash = bytesHash
    }

    /// Compares by meaning: the order of members, blanks, escapes and the spelling of numbers do not count.
    ///
    /// - Parameter bytes: The body as it was received.
    package init(route: String, key: String, body: JSON, bytes: [UInt8]) {
        self.init(
            route: route, key: key, bodyHash: Self.hash(Array(body.canonicalText.utf8)), bytesHash: Self.hash(bytes))
    }

    /// Whether a request whose hash is stored asked for the same.
    package func isSame(as stored: String?) -> Bool {
        stored == bodyHash || stored != nil && stored == bytesHash
    }

    package static func hash(_ bytes: [UInt8]) -> String { Hex.text(SHA256.hash(data: Data(bytes))) }
}

package struct StoredResponse: Sendable, Hashable {
    package let status: Int
    package let body: String

    package init(status: Int, body: String) {
        self.status = status
        self.body = body
    }
}

extension Idempotency {
    /// The key of a request, and the account that it belongs to.
    struct Key: Sendable, Hashable {
        let account: ID<Account>
        let route: String
        let key: String
    }

    /// A stored response, and the request that it belongs to.
    struct Record: Sendable, Hashable {
        let response: StoredResponse
        let bodyHash: String
        let at: Instant
    }
}

package enum IdempotencyError: Error, Sendable, Hashable {
    /// The key was used before, for something else.
    case keyReused
}

extension IdempotencyStatements {
    /// Returns the response stored for this key within 24 hours. Throws before any write if it is another request's.
    func storedResponse(
        _ request: Idempotency, of account: ID<Account>, now: Instant
    ) throws -> StoredResponse? {
        guard let row = try queryOne("""
            SELECT body_hash, status, response FROM idempotency_keys
            WHERE account_id = $1 AND route = $2 AND key = $3 AND created_at > $4
            """, account, request.route, request.key, now - Idempotency.lifetime)
        else { return nil }
        guard try request.isSame(as: row.get("body_hash")) else { throw IdempotencyError.keyReused }
        return try StoredResponse(status: row.get("status"), body: row.get("response"))
    }

    /// What is stored for a key within 24 hours, whatever its request was. For a request whose body is not there yet.
    func record(
        _ route: String, _ key: String, of account: ID<Account>, now: Instant
    ) throws(DatabaseError) -> Idempotency.Record? {
        let key = Idempotency.Key(account: account, route: route, key: key)
        guard let record = try storedResponses(for: [key])[key], record.at > now - Idempotency.lifetime else {
            return nil
        }
        return record
    }

    /// What is stored for these keys, however old.
    func storedResponses(for keys: [Idempotency.Key]) throws(DatabaseError) -> [Idempotency.Key: Idempotency.Record] {
        let rows = try query(Statements.find, rows: Set(keys).map { [$0.account, $0.route, $0.key] })
        var stored: [Idempotency.Key: Idempotency.Record] = [:]
        for row in rows {
            let key = try Idempotency.Key(account: row.get("account_id"), route: row.get("route"), key: row.get("key"))
            stored[key] = try Idempotency.Record(
                response: StoredResponse(status: row.get("status"), body: row.get("response")),
                bodyHash: row.get("body_hash"),
                at: row.get("created_at"))
        }
        return stored
    }

    /// To be called in the transaction that the responses report. Replaces an old row of the same key.
    func store(_ records: [Idempotency.Key: Idempotency.Record]) throws(DatabaseError) {
        try perform(Statements.store, rows: records.map { key, record in
            [key.account, key.route, key.key, record.bodyHash, record.response.status, record.response.body, record.at]
        })
    }

    func storeResponse(
        _ response: StoredResponse, _ request: Idempotency, of account: ID<Account>, now: Instant
    ) throws(DatabaseError) {
        let key = Idempotency.Key(account: account, route: request.route, key: request.key)
        try store([key: Idempotency.Record(response: response, bodyHash: request.bodyHash, at: now)])
    }

    /// Deletes at most `limit` keys older than a day.
    func deleteIdempotencyKeys(before: Instant, limit: Int) throws(DatabaseError) -> Int {
        try execute("""
            DELETE FROM idempotency_keys WHERE (account_id, route, key) IN
                (SELECT account_id, route, key FROM idempotency_keys WHERE created_at <= $1 LIMIT $2 \(.skipLocked))
            """, before, limit)
    }
}

private enum Statements {
    static let find = BulkStatement("""
        SELECT k.account_id, k.route, k.key, k.body_hash, k.status, k.response, k.created_at FROM (VALUES
        """, row: "($1, $2, $3)", """
        ) AS v JOIN idempotency_keys k ON k.account_id = v.column1 AND k.route = v.column2 AND k.key = v.column3
        """)

    static let store = BulkStatement(
        "INSERT INTO idempotency_keys (account_id, route, key, body_hash, status, response, created_at) VALUES",
        row: "($1, $2, $3, $4, $5, $6, $7)", """
        ON CONFLICT (account_id, route, key) DO UPDATE
        SET body_hash = excluded.body_hash, status = excluded.status, response = excluded.response,
            created_at = excluded.created_at
        """)
}
