import SQL

extension BillingStatements {
    /// Stores it, once. Returns whether it is still to be applied.
    func store(_ event: StripeEvent, now: Instant, dueAt: Instant) throws(DatabaseError) -> Bool {
        let row = try queryOne("""
            INSERT INTO stripe_events (id, type, api_version, created_at, body, received_at, due_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET type = stripe_events.type
                RETURNING ended_at
            """, event.id, event.type, event.apiVersion, event.createdAt, event.body.text, now, dueAt)
        return try row?.get("ended_at", as: Instant?.self) == nil
    }

    /// In the transaction of its effects. An outcome is final.
    func end(
        _ event: ID<StripeEvent>, _ outcome: StripeEvent.Outcome, error: String? = nil, now: Instant
    ) throws(DatabaseError) {
        try execute("""
            UPDATE stripe_events SET outcome = $2, error = $3, ended_at = $4, due_at = NULL WHERE id = $1
                AND outcome IS NULL
            """, event, outcome, error, now)
    }

    /// Those that wait to be applied and are due, the oldest first.
    func dueStripeEvents(now: Instant, limit: Int) throws -> [(event: ID<StripeEvent>, tries: Int)] {
        try query("SELECT id, tries FROM stripe_events WHERE due_at <= $1 ORDER BY due_at LIMIT $2", now, limit)
            .map { try ($0.get("id"), $0.get("tries")) }
    }

    func stripeEvent(_ id: ID<StripeEvent>) throws -> StripeEvent? {
        try queryOne("SELECT body FROM stripe_events WHERE id = $1", id)
            .flatMap { StripeEvent(try JSON(parsing: $0.get("body", as: String.self))) }
    }

    /// After a try that failed.
    func putOff(_ event: ID<StripeEvent>, until dueAt: Instant, error: String) throws(DatabaseError) {
        try execute("""
            UPDATE stripe_events SET tries = tries + 1, due_at = $2, error = $3 WHERE id = $1 AND outcome IS NULL
            """, event, dueAt, error)
    }

    /// For an operator: whatever came of it, it is to be applied again.
    func reopen(_ event: ID<StripeEvent>, now: Instant) throws(DatabaseError) -> Bool {
        try execute("""
            UPDATE stripe_events SET outcome = NULL, ended_at = NULL, error = NULL, tries = 0, due_at = $2 WHERE id = $1
            """, event, now) > 0
    }
}
