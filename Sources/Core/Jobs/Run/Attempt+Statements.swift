import SQL

/// An attempt that needs an action now, and the job that it is for.
package struct DueAttempt: Sendable {
    package let attempt: Attempt
    /// The job as it was when the attempt was taken. Later writes read it again.
    package let job: Job
    package let lease: Lease
}

extension JobStatements {
    package func job(_ id: ID<Job>) throws -> Job? {
        try queryOne("SELECT * FROM jobs WHERE id = $1", id).map(Job.init)
    }

    package func job(_ id: ID<Job>, of account: ID<Account>) throws -> Job? {
        try queryOne("SELECT * FROM jobs WHERE id = $1 AND account_id = $2", id, account).map(Job.init)
    }

    package func attempt(_ id: ID<Attempt>) throws -> Attempt? {
        try queryOne("SELECT * FROM attempts WHERE id = $1", id).map(Attempt.init)
    }

    /// With its account, for callers that lock the account first.
    func attemptAndAccount(_ id: ID<Attempt>) throws -> (Attempt, ID<Account>)? {
        try queryOne("SELECT t.*, j.account_id FROM attempts t JOIN jobs j ON j.id = t.job_id WHERE t.id = $1", id)
            .map { try (Attempt($0), $0.get("account_id")) }
    }

    package func attempts(of job: ID<Job>) throws -> [Attempt] {
        try query("SELECT * FROM attempts WHERE job_id = $1 ORDER BY number", job).map(Attempt.init)
    }

    /// Takes attempts that are due, under a lease: submitted ones to poll, those with a response to settle, those
    /// without a response to abandon, and those whose worker died. One statement for all, since their state shows what
    /// is to be done.
    func takeDueAttempts(_ limit: Int, now: Instant, until: Instant) throws -> [DueAttempt] {
        let lease = Lease.make(at: now)
        let attempts = try query("""
            WITH due AS (
                SELECT id FROM attempts WHERE due_at <= $1 ORDER BY due_at LIMIT $2 \(.skipLocked)
            )
            UPDATE attempts SET due_at = $3, lease = $4 WHERE id IN (SELECT id FROM due) RETURNING *
            """, now, limit, until, lease).map(Attempt.init)
        guard !attempts.isEmpty else { return [] }
        let jobs = try query(Statements.jobs, rows: Set(attempts.map(\.job)).map { [$0] }).map(Job.init)
        let byID = Dictionary(uniqueKeysWithValues: jobs.map { ($0.id, $0) })
        return attempts.compactMap { attempt in
            byID[attempt.job].map { DueAttempt(attempt: attempt, job: $0, lease: lease) }
        }
    }

    /// Returns false if the lease is lost: then the attempt belongs to another worker.
    func renew(_ lease: Lease, of attempt: ID<Attempt>, until: Instant) throws(DatabaseError) -> Bool {
        try execute("UPDATE attempts SET due_at = $3 WHERE id = $1 AND lease = $2", attempt, lease, until) == 1
    }

    func holds(_ lease: Lease, of attempt: ID<Attempt>) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM attempts WHERE id = $1 AND lease = $2", attempt, lease) != nil
    }

    /// Releases the attempt until `dueAt`, whatever its state.
    func release(_ lease: Lease, of attempt: ID<Attempt>, dueAt: Instant) throws(DatabaseError) {
        try execute("UPDATE attempts SET due_at = $3, lease = NULL WHERE id = $1 AND lease = $2", attempt, lease, dueAt)
    }

    /// Whether claims that are about to be sent may be sent.
    func statuses(of claims: [Claim]) throws(DatabaseError) -> [Claim.Status] {
        var found: [ID<Attempt>: (lease: Lease?, isCancelled: Bool)] = [:]
        for row in try query(Statements.statuses, rows: claims.map { [$0.attempt] }) {
            found[try row.get("id")] = try (row.get("lease"), row.get("cancel_requested_at", as: Instant?.self) != nil)
        }
        return claims.map { claim in
            guard let now = found[claim.attempt], now.lease == claim.lease else { return .leaseLost }
            return now.isCancelled ? .cancelled : .mayBeSent
        }
    }

    /// The provider accepted them. The webhook may have come first, and its settlement too: then only what is missing
    /// is added. What was cancelled meanwhile is due at once.
    func record(_ submissions: [Submitted]) throws(DatabaseError) {
        for submission in submissions { notifyAfterCommit(submission.account) }
        try lock(submissions.map(\.account))
        try perform(Statements.recordSubmissions, rows: submissions.map {
            [$0.attempt, $0.requestID, $0.now, $0.cost, $0.dueAt]
        })
    }

    /// It is unknown whether the provider accepted it. A requested cancel does not wait for a response that may never
    /// come.
    func recordNoResponse(
        _ attempt: ID<Attempt>, reason: String, cost: MicroDollars, now: Instant, dueAt: Instant
    ) throws(DatabaseError) {
        try execute("""
            UPDATE attempts SET state = 'no_response', lease = NULL, failure_message = $3, cost = $4,
                due_at = CASE WHEN EXISTS (SELECT 1 FROM jobs
                    WHERE jobs.id = attempts.job_id AND cancel_requested_at IS NOT NULL)
                    THEN CAST($5 AS BIGINT) ELSE $2 END
            WHERE id = $1 AND state = 'submitting'
            """, attempt, dueAt, reason.storable, cost, now)
    }

    /// - Parameter unusableSince: The first of a row of polls that could not be used, this one included.
    func recordProgress(
        _ progress: ProviderProgress, of due: DueAttempt, unusableSince: Instant?, dueAt: Instant
    ) throws(DatabaseError) -> Bool {
        notifyAfterCommit(due.job.account)
        let logs = progress.logs.isEmpty ? nil : JSON.array(progress.logs.map { .string($0) }).text
        return try execute("""
            UPDATE attempts SET poll_count = poll_count + 1, progress = COALESCE($3, progress), queue_position = $4,
                logs = COALESCE($5, logs), due_at = $6, unusable_since = $7, lease = NULL
            WHERE id = $1 AND lease = $2
            """, due.attempt.id, due.lease, progress.percent, progress.queuePosition, logs, dueAt, unusableSince) == 1
    }

    /// As `recordResponse`, for many attempts whose leases the caller holds and keeps. Returns the recorded ones.
    func record(_ answers: [Responded]) throws(DatabaseError) -> Set<ID<Attempt>> {
        try lock(answers.map(\.account))
        var recorded: Set<ID<Attempt>> = []
        for row in try query(Statements.recordResponses, rows: answers.map {
            [$0.attempt, $0.lease, $0.payload.text, $0.requestID, $0.cost, $0.now]
        }) {
            recorded.insert(try row.get("id"))
        }
        return recorded
    }

    /// Stores the provider's result and makes the attempt due for settlement. The first result stays; returns false if
    /// there was one already, or the attempt has ended.
    func recordResponse(
        _ payload: JSON, requestID: String, of attempt: ID<Attempt>, now: Instant, dueAt: Instant
    ) throws(DatabaseError) -> Bool {
        try execute("""
            UPDATE attempts SET state = 'responded', response = $2, request_id = COALESCE(request_id, $3),
                responded_at = $4,
                due_at = $5, lease = NULL
            WHERE id = $1 AND state IN ('submitting', 'submitted', 'no_response')
            """, attempt, payload.text, requestID, now, dueAt) == 1
    }

    /// The webhook came without the result: the attempt is to be polled now.
    func pollNow(_ attempt: ID<Attempt>, requestID: String, now: Instant) throws(DatabaseError) -> Bool {
        try execute("""
            UPDATE attempts SET request_id = COALESCE(request_id, $2), state = 'submitted', due_at = $3, lease = NULL
            WHERE id = $1 AND state IN ('submitting', 'submitted', 'no_response')
            """, attempt, requestID, now) == 1
    }

    func recordCancelSent(_ attempt: ID<Attempt>, now: Instant, dueAt: Instant) throws(DatabaseError) {
        try execute(
            """
            UPDATE attempts SET cancel_sent_at = COALESCE(cancel_sent_at, $2), due_at = $3, lease = NULL
            WHERE id = $1 AND ended_at IS NULL
            """, attempt, now, dueAt)
    }

    func recordStoreFailure(_ due: DueAttempt, reason: String, dueAt: Instant) throws(DatabaseError) {
        try execute("""
            UPDATE attempts SET store_tries = store_tries + 1, failure_message = $3, due_at = $4, lease = NULL
            WHERE id = $1 AND lease = $2
            """, due.attempt.id, due.lease, reason.storable, dueAt)
    }

    /// Ends an attempt that is still alive, whichever worker holds it. Returns false if it had ended.
    @discardableResult
    func end(
        _ attempt: ID<Attempt>, _ state: Attempt.State, failure: Job.Failure? = nil, now: Instant
    ) throws(DatabaseError) -> Bool {
        try execute("""
            UPDATE attempts SET state = $2, failure_code = $3, failure_message = COALESCE($4, failure_message),
                ended_at = $5,
                due_at = NULL, lease = NULL, progress = CASE WHEN $2 = 'succeeded' THEN 100 ELSE progress END
            WHERE id = $1 AND ended_at IS NULL
            """, attempt, state, failure?.code, failure?.message, now) == 1
    }

    /// Ends attempts that delivered. Returns those that were alive.
    func succeed(_ attempts: [(id: ID<Attempt>, now: Instant)]) throws(DatabaseError) -> Set<ID<Attempt>> {
        var ended: Set<ID<Attempt>> = []
        for row in try query(Statements.succeed, rows: attempts.map { [$0.id, $0.now] }) {
            ended.insert(try row.get("id"))
        }
        return ended
    }
}

/// A submission that a provider accepted.
struct Submitted: Sendable {
    let attempt: ID<Attempt>
    let account: ID<Account>
    let requestID: String
    let cost: MicroDollars
    let now: Instant
    let dueAt: Instant
}

/// A provider's result, received by a worker that holds the attempt.
struct Responded: Sendable {
    let attempt: ID<Attempt>
    let account: ID<Account>
    let lease: Lease
    let requestID: String
    let payload: JSON
    let cost: MicroDollars
    let now: Instant
}

private enum Statements {
    static let statuses = BulkStatement("""
        SELECT t.id, t.lease, j.cancel_requested_at FROM attempts t JOIN jobs j ON j.id = t.job_id WHERE t.id IN (
        """, row: "$1", ")")

    static let jobs = BulkStatement("SELECT * FROM jobs WHERE id IN (", row: "$1", ")")

    static let recordSubmissions = BulkStatement("""
        UPDATE attempts SET request_id = COALESCE(request_id, v.column2), submitted_at = v.column3, cost = v.column4,
            state = CASE WHEN state IN ('submitting', 'no_response') THEN 'submitted' ELSE state END,
            due_at = CASE WHEN state NOT IN ('submitting', 'no_response') THEN due_at
                WHEN EXISTS (SELECT 1 FROM jobs WHERE jobs.id = attempts.job_id AND cancel_requested_at IS NOT NULL)
                    THEN v.column3
                ELSE v.column5 END,
            lease = CASE WHEN state IN ('submitting', 'no_response') THEN NULL ELSE lease END
        FROM (VALUES
        """, row: "($1, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT))",
        ") AS v WHERE attempts.id = v.column1")

    static let recordResponses = BulkStatement("""
        UPDATE attempts SET state = 'responded', response = v.column3, request_id = COALESCE(request_id, v.column4),
            cost = v.column5,
            submitted_at = COALESCE(submitted_at, v.column6), responded_at = v.column6
        FROM (VALUES
        """, row: "($1, $2, $3, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT))", """
        ) AS v WHERE attempts.id = v.column1 AND attempts.lease = v.column2 AND state IN ('submitting', 'submitted')
        RETURNING id
        """)

    static let succeed = BulkStatement("""
        UPDATE attempts SET state = 'succeeded', failure_code = NULL, ended_at = v.column2, due_at = NULL, lease = NULL,
            progress = 100
        FROM (VALUES
        """, row: "($1, CAST($2 AS BIGINT))", ") AS v WHERE attempts.id = v.column1 AND ended_at IS NULL RETURNING id")
}
