package import SQL

/// A claimed job with the attempt that was committed for it.
package struct Claim: Sendable {
    package let job: Job
    package let attempt: ID<Attempt>
    package let lease: Lease
}

extension Transaction {
    /// How many attempts are under way at a provider, counted no further than its limit.
    func attemptsUnderWay(at provider: ProviderName, upTo limit: Int) throws(DatabaseError) -> Int {
        try queryOne("""
            SELECT COUNT(*) AS count FROM (SELECT 1 FROM attempts WHERE provider = $1 AND ended_at IS NULL LIMIT $2) AS running
            """, provider, limit)?.get("count") ?? 0
    }

    /// Claims queued jobs for hand-over, in fair order. Only jobs that have a slot are looked at, so accounts at their
    /// limit cost nothing here. The work of dead workers is not freed here but by `takeDueAttempts`; what is past its
    /// deadline is not begun again, but left to `overdueJobs`.
    ///
    /// - Parameter served: The name that the catalog knows the provider by.
    func claimJobs(
        _ limit: Int, served: ProviderName, by provider: ProviderName, now: Instant, leaseUntil: Instant
    ) throws -> [Claim] {
        let rows = try query("""
            WITH due AS (
                SELECT id FROM jobs WHERE provider = $1 AND state = 'queued' AND slot_at IS NOT NULL AND run_at <= $2
                    AND (deadline_at IS NULL OR deadline_at > $2)
                ORDER BY order_at, id LIMIT $3 \(.skipLocked)
            )
            UPDATE jobs SET state = 'processing', started_at = COALESCE(started_at, $2),
                deadline_at = COALESCE(deadline_at, $2 + time_limit), attempt_count = attempt_count + 1, event_seq = event_seq + 1
            WHERE id IN (SELECT id FROM due) RETURNING *
            """, served, now, limit)
        // In no order as they come. By account, so that nodes lock accounts in one order.
        let claimed = try rows.map { try (job: Job($0), seq: $0.get("event_seq", as: Int64.self)) }
            .sorted { ($0.job.account.rawValue, $0.job.orderAt) < ($1.job.account.rawValue, $1.job.orderAt) }
        return try claimed.map { job, seq in
            let lease = Lease.make(at: now)
            let attempt = ID<Attempt>.make(at: now)
            try execute("""
                INSERT INTO attempts (id, job_id, number, provider, endpoint, state, due_at, lease, created_at)
                VALUES ($1, $2, $3, $4, $5, 'submitting', $6, $7, $8)
                """, attempt, job.id, job.attemptCount, provider, job.endpoint, leaseUntil, lease, now)
            try appendEvent(.started, to: job, seq: seq, data: ["attempt": .integer(Int64(job.attemptCount))], now: now)
            return Claim(job: job, attempt: attempt, lease: lease)
        }
    }

    /// Jobs that wait for another attempt past their deadline.
    func overdueJobs(now: Instant, limit: Int) throws(DatabaseError) -> [(id: ID<Job>, account: ID<Account>)] {
        try query(
            "SELECT id, account_id FROM jobs WHERE state = 'queued' AND deadline_at <= $1 ORDER BY deadline_at LIMIT $2", now, limit)
            .map { row throws(DatabaseError) in try (row.get("id"), row.get("account_id")) }
    }

    /// When the next queued job or attempt is due, if later than now.
    func nextDue(after now: Instant) throws(DatabaseError) -> Instant? {
        let due = try queryOne("SELECT MIN(due_at) AS at FROM attempts WHERE due_at > $1", now)?.get("at", as: Instant?.self)
        let run = try queryOne("""
            SELECT MIN(run_at) AS at FROM jobs WHERE state = 'queued' AND slot_at IS NOT NULL AND run_at > $1
            """, now)?.get("at", as: Instant?.self)
        return [due ?? nil, run ?? nil].compactMap { $0 }.min()
    }

    /// How many queued jobs stand before this one, counted up to 1,000.
    package func queuePosition(of job: Job) throws(DatabaseError) -> Int {
        try queryOne("""
            SELECT COUNT(*) AS count FROM (
                SELECT 1 FROM jobs WHERE state = 'queued' AND (order_at, id) < ($1, $2) LIMIT 1001) AS before
            """, job.orderAt, job.id)?.get("count") ?? 0
    }

    /// How long recent runs of an endpoint took, the middle one of up to 20, from creation to the provider's answer.
    package func usualDuration(of endpoint: EndpointID) throws(DatabaseError) -> Duration? {
        let times = try query("""
            SELECT answered_at - created_at AS duration FROM attempts
            WHERE endpoint = $1 AND state = 'succeeded' AND answered_at IS NOT NULL ORDER BY ended_at DESC LIMIT 20
            """, endpoint).map { row throws(DatabaseError) in try row.get("duration", as: Int64.self) }.sorted()
        return times.isEmpty ? nil : .milliseconds(times[times.count / 2])
    }
}
