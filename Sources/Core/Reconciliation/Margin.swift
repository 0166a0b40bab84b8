import SQL

/// What accounts paid for jobs that ended in a period, compared with what providers cost for them.
package struct Margin: Sendable, Hashable {
    /// One endpoint's day (UTC).
    package struct Line: Sendable, Hashable {
        package let day: Instant
        package let endpoint: EndpointID
        package let figures: Figures
    }

    package struct Figures: Sendable, Hashable {
        package var jobs = 0
        package var captured = Credits.zero
        /// Of all attempts.
        package var cost = MicroDollars.zero
        /// The part of it that the provider has reported; the rest is computed from the catalog's price.
        package var reported = MicroDollars.zero
        /// The cost of attempts whose job nobody paid for: the operator's loss.
        package var lost = MicroDollars.zero
        /// Jobs that were paid for, but none of whose attempts has a cost: free of charge, or not in the catalog.
        package var jobsWithoutCost = 0

        package static func + (one: Figures, other: Figures) -> Figures {
            Figures(
                jobs: one.jobs + other.jobs, captured: one.captured + other.captured, cost: one.cost + other.cost,
                reported: one.reported + other.reported, lost: one.lost + other.lost,
                jobsWithoutCost: one.jobsWithoutCost + other.jobsWithoutCost)
        }
    }

    /// In the order of their days.
    package let lines: [Line]
    /// Of all lines, including those that are not listed.
    package let total: Figures
    /// False if there are more lines than are listed.
    package let isComplete: Bool
}

extension ReconciliationStatements {
    func margin(_ period: ReconciliationPeriod, limit: Int = 5_000) throws -> Margin {
        let total = try queryOne("\(Statements.jobs) SELECT \(Statements.figures) FROM done", period.start, period.end)
        let lines = try query("""
            \(Statements.jobs) SELECT day, endpoint, \(Statements.figures) FROM done GROUP BY day, endpoint
                ORDER BY day, endpoint LIMIT $3
            """, period.start, period.end, limit + 1)
        return try Margin(
            lines: lines.prefix(limit).map { row throws(DatabaseError) in
                try Margin.Line(day: row.get("day"), endpoint: row.get("endpoint"), figures: Margin.Figures(row))
            },
            total: total.map { row throws(DatabaseError) in try Margin.Figures(row) } ?? Margin.Figures(),
            isComplete: lines.count <= limit)
    }
}

extension Margin.Figures {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        try self.init(
            jobs: row.get("jobs"), captured: row.get("captured"), cost: row.get("cost"), reported: row.get("reported"),
            lost: row.get("lost"),
            jobsWithoutCost: row.get("jobs_without_cost"))
    }
}

private enum Statements {
    /// A row for each job that ended in the period, with its attempts' cost.
    static let jobs: Statement = """
        WITH done AS (
            SELECT j.ended_at - j.ended_at % 86400000 AS day, j.endpoint, COALESCE(r.captured, 0) AS captured,
                COALESCE(a.cost, 0) AS cost, COALESCE(a.reported, 0) AS reported
            FROM jobs j LEFT JOIN reservations r ON r.job_id = j.id
            LEFT JOIN (
                SELECT t.job_id, SUM(t.cost) AS cost, SUM(t.cost * t.cost_reported) AS reported
                FROM attempts t JOIN jobs o ON o.id = t.job_id WHERE o.ended_at >= $1 AND o.ended_at < $2
                GROUP BY t.job_id
            ) a ON a.job_id = j.id
            WHERE j.ended_at >= $1 AND j.ended_at < $2
        )
        """

    static let figures: Statement = """
        COUNT(*) AS jobs, CAST(COALESCE(SUM(captured), 0) AS BIGINT) AS captured,
            CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS cost,
            CAST(COALESCE(SUM(reported), 0) AS BIGINT) AS reported,
            CAST(COALESCE(SUM(CASE WHEN captured = 0 THEN cost ELSE 0 END), 0) AS BIGINT) AS lost,
            CAST(COALESCE(SUM(CASE WHEN captured > 0 AND cost = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS jobs_without_cost
        """
}
