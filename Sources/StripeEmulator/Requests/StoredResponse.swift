import Core
import SQL
import Synchronization

/// What a key was answered with, so that it is answered again and nothing happens twice.
struct StoredResponse: Sendable {
    /// The method, the path and the parameters of the first request, to tell another one by.
    let request: String
    let status: Int
    let body: String
}

extension Transaction {
    func answer(to key: String, since: Instant) throws(DatabaseError) -> StoredResponse? {
        let row = try queryOne(
            "SELECT request, status, body FROM stand_in_answers WHERE key = $1 AND kept_at > $2", key, since)
        guard let row else { return nil }
        return StoredResponse(request: try row.get("request"), status: try row.get("status"), body: try row.get("body"))
    }

    func keep(_ answer: StoredResponse, to key: String, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO stand_in_answers (key, request, status, body, kept_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (key) DO UPDATE SET request = excluded.request, status = excluded.status, body = excluded.body,
                kept_at = excluded.kept_at
            """, key, answer.request, answer.status, answer.body, now)
    }

    func hasAnswers(keptBefore instant: Instant) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM stand_in_answers WHERE kept_at < $1 LIMIT 1", instant) != nil
    }

    func deleteAnswers(keptBefore instant: Instant) throws(DatabaseError) {
        try execute("DELETE FROM stand_in_answers WHERE kept_at < $1", instant)
    }
}

/// The keys whose first request is being answered now.
final class KeysInUse: Sendable {
    private let keys = Mutex<Set<String>>([])

    /// Whether nobody else has it.
    func take(_ key: String) -> Bool { keys.withLock { $0.insert(key).inserted } }
    func leave(_ key: String) { keys.withLock { _ = $0.remove(key) } }
}
