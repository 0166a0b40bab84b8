import Core
import SQL
import Synchronization

/// The response to the first request with an idempotency key. The next one gets it too, so that nothing happens twice.
struct StoredResponse: Sendable {
    /// The method, the path and the parameters of the first request, to recognize a different one.
    let request: String
    let status: Int
    let body: String
}

extension Transaction {
    func response(under key: String, since: Instant) throws(DatabaseError) -> StoredResponse? {
        let row = try queryOne(
            "SELECT request, status, body FROM responses WHERE key = $1 AND stored_at > $2", key, since)
        guard let row else { return nil }
        return StoredResponse(request: try row.get("request"), status: try row.get("status"), body: try row.get("body"))
    }

    func save(_ response: StoredResponse, under key: String, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO responses (key, request, status, body, stored_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (key) DO UPDATE SET request = excluded.request, status = excluded.status, body = excluded.body,
                stored_at = excluded.stored_at
            """, key, response.request, response.status, response.body, now)
    }

    func hasResponses(storedBefore instant: Instant) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM responses WHERE stored_at < $1 LIMIT 1", instant) != nil
    }

    func deleteResponses(storedBefore instant: Instant) throws(DatabaseError) {
        try execute("DELETE FROM responses WHERE stored_at < $1", instant)
    }
}

/// The keys whose first request is in progress.
final class KeysInUse: Sendable {
    private let keys = Mutex<Set<String>>([])

    /// Returns whether the key was free.
    func acquire(_ key: String) -> Bool { keys.withLock { $0.insert(key).inserted } }
    func release(_ key: String) { keys.withLock { _ = $0.remove(key) } }
}
