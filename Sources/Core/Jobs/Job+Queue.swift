package import SQL

extension Transaction {
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
