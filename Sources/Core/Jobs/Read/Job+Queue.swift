package import SQL

extension JobStatements {
    /// Jobs that wait for another attempt past their deadline.
    func overdueJobs(now: Instant, limit: Int) throws(DatabaseError) -> [(id: ID<Job>, account: ID<Account>)] {
        try query(
            """
            SELECT id, account_id FROM jobs WHERE state = 'queued' AND deadline_at <= $1 ORDER BY deadline_at LIMIT $2
            """, now, limit)
            .map { row throws(DatabaseError) in try (row.get("id"), row.get("account_id")) }
    }

    /// How many queued jobs are before this one, counted up to 1,000: those of its provider that have a slot, and those
    /// of its account that wait for a slot before it.
    package func queuePosition(of job: Job) throws(DatabaseError) -> Int {
        let before = try queryOne("""
            SELECT COUNT(*) AS count FROM (
                SELECT 1 FROM jobs
                WHERE provider = $1 AND state = 'queued' AND slot_at IS NOT NULL AND (order_at, id) < ($2, $3)
                LIMIT 1001) AS before
            """, job.provider, job.orderAt, job.id)?.get("count") ?? 0
        return try before + (waitingBefore([job.id])[job.id] ?? 0)
    }

    /// For jobs that wait for a slot, how many of their accounts' jobs get one before them.
    func waitingBefore(_ jobs: [ID<Job>]) throws(DatabaseError) -> [ID<Job>: Int] {
        var waiting: [ID<Job>: Int] = [:]
        for row in try query(Statements.waitingBefore, rows: jobs.map { [$0] }) {
            waiting[try row.get("id")] = try row.get("count")
        }
        return waiting
    }

    /// The jobs of a provider that are claimed next, in order.
    func headOfQueue(of provider: ProviderName) throws(DatabaseError) -> [QueueKey] {
        try query("""
            SELECT order_at, id FROM jobs WHERE provider = $1 AND state = 'queued' AND slot_at IS NOT NULL
            ORDER BY order_at, id LIMIT 1001
            """, provider).map { row throws(DatabaseError) in
                try QueueKey(orderAt: row.get("order_at"), id: row.get("id"))
            }
    }

    /// How long recent runs of an endpoint took, the median of up to 20, from creation to the provider's response.
    package func usualDuration(of endpoint: EndpointID) throws(DatabaseError) -> Duration? {
        let times = try query("""
            SELECT responded_at - created_at AS duration FROM attempts
            WHERE endpoint = $1 AND state = 'succeeded' AND responded_at IS NOT NULL ORDER BY ended_at DESC LIMIT 20
            """, endpoint).map { row throws(DatabaseError) in try row.get("duration", as: Int64.self) }.sorted()
        return times.isEmpty ? nil : .milliseconds(times[times.count / 2])
    }
}

/// What decides whose turn it is.
struct QueueKey: Sendable, Comparable {
    let orderAt: Instant
    let id: ID<Job>

    static func < (one: QueueKey, other: QueueKey) -> Bool { (one.orderAt, one.id) < (other.orderAt, other.id) }
}

private enum Statements {
    static let waitingBefore = BulkStatement("""
        SELECT j.id, (
            SELECT COUNT(*) FROM jobs o WHERE o.account_id = j.account_id AND o.state = 'queued' AND o.slot_at IS NULL
                AND (o.order_at, o.id) < (j.order_at, j.id)) AS count
        FROM jobs j WHERE j.state = 'queued' AND j.slot_at IS NULL AND j.id IN (
        """, row: "$1", ")")
}
