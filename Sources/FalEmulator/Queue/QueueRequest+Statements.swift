import Core
import SQL

extension Transaction {
    func insertRequest(_ request: QueueRequest) throws(DatabaseError) {
        try execute(
            """
            INSERT INTO sandbox_requests (
                id, app, input, script, base_url, webhook_url, state, accepted_at, start_at, start_by, started_at,
                delivery, delivery_attempts
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'none', 0)
            """,
            request.id, request.app.description, request.input.canonicalText, request.script.description,
            request.baseURL,
            request.webhookURL, request.state, request.acceptedAt, request.startAt, request.startBy, request.startedAt)
    }

    func request(_ id: ID<QueueRequest>) throws(DatabaseError) -> QueueRequest? {
        guard let row = try queryOne("SELECT * FROM sandbox_requests WHERE id = $1", id) else { return nil }
        return try QueueRequest(row)
    }

    /// How many queued requests are ahead of this one.
    func requestsAhead(of id: ID<QueueRequest>) throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS ahead FROM sandbox_requests WHERE state = 'IN_QUEUE' AND id < $1", id)?
            .get("ahead") ?? 0
    }

    func queueLength() throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS waiting FROM sandbox_requests WHERE state = 'IN_QUEUE'")?.get("waiting") ?? 0
    }

    /// The newest requests, of all states.
    func newestRequests(_ limit: Int) throws(DatabaseError) -> [QueueRequest] {
        try query("SELECT * FROM sandbox_requests ORDER BY id DESC LIMIT $1", limit).map { row throws(DatabaseError) in
            try QueueRequest(row)
        }
    }

    /// Moves the oldest requests from the queue to in progress.
    func startRequests(_ limit: Int, now: Instant) throws(DatabaseError) -> [QueueRequest] {
        try query(
            """
            UPDATE sandbox_requests SET state = 'IN_PROGRESS', started_at = $2
            WHERE id IN (
                SELECT id FROM sandbox_requests WHERE state = 'IN_QUEUE' AND start_at <= $2 ORDER BY id LIMIT $1
            ) RETURNING *
            """, limit, now
        ).map { row throws(DatabaseError) in try QueueRequest(row) }
    }

    /// When the next queued request may start; nil if the queue is empty.
    func earliestStart() throws(DatabaseError) -> Instant? {
        try queryOne("SELECT MIN(start_at) AS at FROM sandbox_requests WHERE state = 'IN_QUEUE'")?.get("at")
    }

    /// Puts requests that were in progress when the process ended back into the queue.
    func requeueRequests() throws(DatabaseError) {
        try execute("UPDATE sandbox_requests SET state = 'IN_QUEUE', started_at = NULL WHERE state = 'IN_PROGRESS'")
    }

    /// Ends a request, once: the first to end it wins. Returns whether this was the first.
    ///
    /// - Parameter deliverAt: When its webhook is due, if it has one; nil for never.
    func endRequest(
        _ id: ID<QueueRequest>, _ outcome: Outcome, deliverAt: Instant?, now: Instant
    ) throws(DatabaseError) -> Bool {
        try execute(
            """
            UPDATE sandbox_requests SET state = 'COMPLETED', ended_at = $2, http_status = $3, result = $4,
                error_type = $5,
                delivery = CASE WHEN webhook_url IS NULL OR CAST($6 AS BIGINT) IS NULL THEN 'none' ELSE 'due' END,
                delivery_at = CASE WHEN webhook_url IS NULL THEN NULL ELSE $6 END
            WHERE id = $1 AND state <> 'COMPLETED'
            """, id, now, outcome.status, outcome.body.canonicalText, outcome.errorType, deliverAt) == 1
    }

    /// Claims webhooks that are due, and postpones their next attempt to `until` in case this one is never reported.
    func claimDeliveries(_ limit: Int, now: Instant, until: Instant) throws(DatabaseError) -> [QueueRequest] {
        try query(
            """
            UPDATE sandbox_requests SET delivery_at = $3, delivery_attempts = delivery_attempts + 1
            WHERE id IN (
                SELECT id FROM sandbox_requests WHERE delivery = 'due' AND delivery_at <= $2
                ORDER BY delivery_at, id LIMIT $1
            ) RETURNING *
            """, limit, now, until
        ).map { row throws(DatabaseError) in try QueueRequest(row) }
    }

    func claimDelivery(of id: ID<QueueRequest>, until: Instant) throws(DatabaseError) -> QueueRequest? {
        let row = try queryOne(
            """
            UPDATE sandbox_requests SET delivery_at = $2, delivery_attempts = delivery_attempts + 1
            WHERE id = $1 AND delivery = 'due' RETURNING *
            """, id, until)
        guard let row else { return nil }
        return try QueueRequest(row)
    }

    func recordDelivery(
        of id: ID<QueueRequest>, _ delivery: QueueRequest.Delivery, at: Instant?
    ) throws(DatabaseError) {
        try execute("UPDATE sandbox_requests SET delivery = $2, delivery_at = $3 WHERE id = $1", id, delivery, at)
    }

    func earliestDelivery() throws(DatabaseError) -> Instant? {
        try queryOne("SELECT MIN(delivery_at) AS at FROM sandbox_requests WHERE delivery = 'due'")?.get("at")
    }

    /// Attempts that were under way when the process ended are due again at once.
    func resumeDeliveries(now: Instant) throws(DatabaseError) {
        try execute("UPDATE sandbox_requests SET delivery_at = $1 WHERE delivery = 'due'", now)
    }

    /// Deletes up to 500 requests that ended before then. Returns how many.
    func deleteRequests(endedBefore: Instant) throws(DatabaseError) -> Int {
        try execute(
            """
            DELETE FROM sandbox_requests WHERE id IN (
                SELECT id FROM sandbox_requests WHERE state = 'COMPLETED' AND delivery <> 'due' AND ended_at < $1
                LIMIT 500
            )
            """, endedBefore)
    }
}

extension QueueRequest {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        guard let app = FalAppID(try row.get("app")) else {
            throw DatabaseError(.decoding, "column app does not hold an app id")
        }
        id = try row.get("id")
        self.app = app
        input = try Self.json(row.get("input"))
        script = FaultScript(list: try row.get("script")) ?? FaultScript()
        baseURL = try row.get("base_url")
        webhookURL = try row.get("webhook_url")
        state = try row.get("state")
        acceptedAt = try row.get("accepted_at")
        startAt = try row.get("start_at")
        startBy = try row.get("start_by")
        startedAt = try row.get("started_at")
        endedAt = try row.get("ended_at")
        if let status = try row.get("http_status", as: Int?.self) {
            outcome = Outcome(
                status: status, body: try Self.json(row.get("result")), errorType: try row.get("error_type"))
        }
        delivery = try row.get("delivery")
        deliveryAttempts = try row.get("delivery_attempts")
    }

    private static func json(_ text: String) throws(DatabaseError) -> JSON {
        do {
            return try JSON(text: text.utf8)
        } catch {
            throw DatabaseError(.decoding, "a column does not hold JSON")
        }
    }
}
