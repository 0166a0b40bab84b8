import SQL

/// The part of a job that its price depends on.
struct PricedJob: Sendable {
    let id: ID<Job>
    let account: ID<Account>
    let kind: KindName
    let state: JobState
    let delivered: Int?
    /// Nil if the stored price cannot be read.
    let price: Price?
    let createdAt: Instant

    init(_ row: Row) throws {
        id = try row.get("id")
        account = try row.get("account_id")
        kind = try row.get("kind")
        state = try row.get("state")
        delivered = try row.get("outputs_delivered")
        price = try? Price(JSON(parsing: row.get("price_breakdown", as: String.self)))
        createdAt = try row.get("created_at")
    }
}

extension JobStatements {
    /// A page of jobs with their stored prices, newest first.
    func pricedJobs(from start: ID<Job>, before end: ID<Job>, limit: Int) throws -> [PricedJob] {
        try query("""
            SELECT id, account_id, kind, state, outputs_delivered, price_breakdown, created_at FROM jobs
            WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT $3
            """, start, end, limit).map(PricedJob.init)
    }
}
