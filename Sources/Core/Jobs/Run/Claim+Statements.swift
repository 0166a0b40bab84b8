import SQL

/// A claimed job with the attempt that was committed for it.
package struct Claim: Sendable {
    package let job: Job
    package let attempt: ID<Attempt>
    package let lease: Lease
    let leaseUntil: Instant

    /// Whether a claim may be sent: the job may have been cancelled, or the lease may have run out while its worker was
    /// stopped.
    enum Status: Sendable, Hashable {
        case mayBeSent, cancelled, leaseLost
    }

    /// Its attempt with the result of a provider that did the work during the submission.
    func due(
        _ provider: ProviderName, _ payload: JSON, requestID: String, cost: MicroDollars, now: Instant
    ) -> DueAttempt {
        let attempt = Attempt(
            id: attempt, job: job.id, number: job.attemptCount, provider: provider, endpoint: job.endpoint,
            state: .responded, requestID: requestID, pollCount: 0, storeTries: 0, progress: nil, queuePosition: nil,
            logs: nil, response: payload, failure: nil, cost: cost, createdAt: now, submittedAt: now,
            cancelSentAt: nil, respondedAt: now, endedAt: nil)
        return DueAttempt(attempt: attempt, job: job, lease: lease)
    }
}

extension JobStatements {
    /// Inserts the provider's row, whose lock is its turn. Once is enough.
    func introduce(_ provider: ProviderName) throws(DatabaseError) {
        try execute("INSERT INTO provider_turns (provider) VALUES ($1) ON CONFLICT (provider) DO NOTHING", provider)
    }

    /// The right to claim for a provider, until the transaction ends: one node at a time has it, so that its count of
    /// attempts in progress stays valid. Returns false if another has it now.
    func takeTurn(at provider: ProviderName) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM provider_turns WHERE provider = $1 \(.skipLocked)", provider) != nil
    }

    /// How many attempts are in progress at a provider, counted no further than its limit.
    func attemptsUnderWay(at provider: ProviderName, upTo limit: Int) throws(DatabaseError) -> Int {
        try queryOne("""
            SELECT COUNT(*) AS count FROM
                (SELECT 1 FROM attempts WHERE provider = $1 AND ended_at IS NULL LIMIT $2) AS running
            """, provider, limit)?.get("count") ?? 0
    }

    /// Claims queued jobs for submission, in fair order. Only jobs that have a slot are read, so accounts at their
    /// limit cost nothing here. The work of dead workers is not freed here but by `takeDueAttempts`; a job past its
    /// deadline is not begun again, but left to `overdueJobs`.
    ///
    /// The jobs are chosen without a lock, then their accounts are locked in order, then those jobs move that still
    /// may.
    ///
    /// - Parameters:
    ///   - served: The name that the catalog knows the provider by.
    ///   - gauge: The daily provider budget, if there is one. It holds back what does not fit into it today.
    func claimJobs(
        _ limit: Int, served: ProviderName, by provider: ProviderName, now: Instant, leaseUntil: Instant,
        budget: BudgetSnapshot? = nil
    ) throws -> (claims: [Claim], isFirstHeldBack: Bool) {
        var chosen = try query("""
            SELECT id, account_id FROM jobs WHERE provider = $1 AND state = 'queued' AND slot_at IS NOT NULL
                AND run_at <= $2
                AND (deadline_at IS NULL OR deadline_at > $2)
            ORDER BY order_at, id LIMIT $3
            """, served, now, limit).map {
                try (id: $0.get("id", as: ID<Job>.self), account: $0.get("account_id", as: ID<Account>.self))
            }
        var isFirstHeldBack = false
        if let budget, !chosen.isEmpty {
            let heldBack = try holdBack(jobs(chosen.map(\.id)), by: budget, now: now)
            chosen = heldBack.fitting.map { ($0.id, $0.account) }
            isFirstHeldBack = heldBack.isFirstHeldBack
        }
        guard !chosen.isEmpty else { return ([], isFirstHeldBack) }
        try lock(chosen.map(\.account))
        let started = try query(Statements.start, shared: [now], rows: chosen.map { [$0.id] })
            .map { try (job: Job($0), seq: $0.get("event_seq", as: Int64.self)) }
            .sorted { ($0.job.orderAt, $0.job.id) < ($1.job.orderAt, $1.job.id) }
        let claims = started.map {
            Claim(job: $0.job, attempt: .make(at: now), lease: .make(at: now), leaseUntil: leaseUntil)
        }
        try appendEvents(started.map { job, seq in
            NewEvent(.started, of: job, job.state, seq: seq, ["attempt": .integer(Int64(job.attemptCount))], now)
        })
        try perform(Statements.insertAttempts, rows: claims.map { claim in
            [
                claim.attempt, claim.job.id, claim.job.attemptCount, provider, claim.job.endpoint, leaseUntil,
                claim.lease, now,
            ]
        })
        if let budget { try addProviderCost(started.reduce(.zero) { $0 + budget.cost(of: $1.job) }, now: now) }
        return (claims, isFirstHeldBack)
    }

    /// The jobs in the order of the queue.
    private func jobs(_ ids: [ID<Job>]) throws -> [Job] {
        try query(Statements.jobs, rows: ids.map { [$0] }).map(Job.init).sorted {
            ($0.orderAt, $0.id) < ($1.orderAt, $1.id)
        }
    }
}

private enum Statements {
    static let jobs = BulkStatement("SELECT * FROM jobs WHERE id IN (", row: "$1", ")")

    static let start = BulkStatement("""
        UPDATE jobs SET state = 'processing', started_at = COALESCE(started_at, $1),
            deadline_at = COALESCE(deadline_at, $1 + time_limit), attempt_count = attempt_count + 1,
                event_seq = event_seq + 1
        WHERE state = 'queued' AND slot_at IS NOT NULL AND run_at <= $1 AND id IN (
        """, row: "$1", ") RETURNING *", shared: 1)

    static let insertAttempts = BulkStatement("""
        INSERT INTO attempts (id, job_id, number, provider, endpoint, state, due_at, lease, created_at) VALUES
        """, row: "($1, $2, $3, $4, $5, 'submitting', $6, $7, $8)")
}
