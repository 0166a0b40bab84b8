import SQL

extension AccountStatements {
    /// Begins a session, and ends the longest unused ones beyond the limit.
    func insertSession(
        _ id: ID<Session>, of user: ID<User>, userAgent: String?, now: Instant
    ) throws(DatabaseError) -> Session {
        try execute("""
            UPDATE sessions SET ended_at = $2, end_reason = 'replaced' WHERE id IN
                (SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL
                 ORDER BY refreshed_at DESC, id DESC LIMIT 100 OFFSET $3)
            """, user, now, Session.limit - 1)
        try execute("""
            INSERT INTO sessions (id, user_id, generation, user_agent, created_at, refreshed_at)
            VALUES ($1, $2, 1, $3, $4, $4)
            """, id, user, userAgent, now)
        return Session(id: id, user: user, generation: 1, createdAt: now, refreshedAt: now, endReason: nil)
    }

    /// Locks the session, so that two nodes do not rotate it at once.
    func lockSession(_ id: ID<Session>) throws(DatabaseError) -> Session? {
        try queryOne("""
            SELECT \(Session.columns) FROM sessions
            WHERE id = $1 \(.forUpdate(of: "sessions"))
            """, id).map(Session.init)
    }

    func session(_ id: ID<Session>) throws(DatabaseError) -> Session? {
        try queryOne("""
            SELECT \(Session.columns) FROM sessions WHERE id = $1
            """, id).map(Session.init)
    }

    func rotate(_ session: Session, now: Instant) throws(DatabaseError) -> Session? {
        try queryOne("""
            UPDATE sessions SET generation = generation + 1, refreshed_at = $3
            WHERE id = $1 AND generation = $2 AND ended_at IS NULL
            RETURNING \(Session.columns)
            """, session.id, session.generation, now).map(Session.init)
    }

    func endSession(_ id: ID<Session>, _ reason: Session.EndReason, now: Instant) throws(DatabaseError) {
        try execute("""
            UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL
            """, id, now, reason)
    }

    /// - Parameter session: The one session that goes on, if any.
    func endSessions(
        of user: ID<User>, except session: ID<Session>? = nil, _ reason: Session.EndReason, now: Instant
    ) throws(DatabaseError) {
        try execute("""
            UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE user_id = $1 AND ended_at IS NULL AND id <> $4
            """, user, now, reason, session?.rawValue ?? "")
    }

    /// Returns how many sessions that can no longer be refreshed were removed.
    func deleteSessions(refreshedBefore instant: Instant, limit: Int) throws(DatabaseError) -> Int {
        try execute("""
            DELETE FROM sessions WHERE id IN
                (SELECT id FROM sessions WHERE refreshed_at < $1 ORDER BY refreshed_at LIMIT $2 \(.skipLocked))
            """, instant, limit)
    }
}

extension Session {
    fileprivate static let columns: Statement = "id, user_id, generation, created_at, refreshed_at, end_reason"

    fileprivate init(_ row: Row) throws(DatabaseError) {
        try self.init(
            id: row.get("id"), user: row.get("user_id"), generation: row.get("generation"),
            createdAt: row.get("created_at"),
            refreshedAt: row.get("refreshed_at"), endReason: row.get("end_reason"))
    }
}
