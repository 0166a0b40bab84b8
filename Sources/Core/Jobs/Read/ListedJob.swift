import SQL

/// A job in a list: what was set aside and paid for it, and what it made.
package struct ListedJob: Sendable {
    package let job: Job
    package let receipt: Receipt?
    /// Those that were not deleted since.
    package let outputs: [Asset]
}

extension JobStatements {
    /// Newest first, from behind `cursor`.
    package func jobs(
        of account: ID<Account>, state: JobState?, before cursor: ID<Job>?, limit: Int
    ) throws -> [Job] {
        try rows(of: account, state, cursor, limit).map(Job.init)
    }

    /// The same with what there is to see of each, by one statement more for all of them.
    package func listedJobs(
        of account: ID<Account>, state: JobState?, before cursor: ID<Job>?, limit: Int
    ) throws -> [ListedJob] {
        let listed = try rows(of: account, state, cursor, limit).map { row in
            try (job: Job(row), receipt: Receipt(beside: row))
        }
        let outputs = try outputs(of: listed.map(\.job).filter { $0.state == .completed }.map(\.id))
        return listed.map { ListedJob(job: $0.job, receipt: $0.receipt, outputs: outputs[$0.job.id] ?? []) }
    }

    private func rows(
        of account: ID<Account>, _ state: JobState?, _ cursor: ID<Job>?, _ limit: Int
    ) throws(DatabaseError) -> [Row] {
        if let state {
            return try query("""
                SELECT j.*, r.amount AS reserved, r.captured, r.released, r.ended_at AS settled_at
                FROM jobs j LEFT JOIN reservations r ON r.job_id = j.id
                WHERE j.account_id = $1 AND j.id < $2 AND j.state = $3 ORDER BY j.id DESC LIMIT $4
                """, account, cursor?.rawValue ?? "g", state, limit)
        }
        return try query("""
            SELECT j.*, r.amount AS reserved, r.captured, r.released, r.ended_at AS settled_at
            FROM jobs j LEFT JOIN reservations r ON r.job_id = j.id
            WHERE j.account_id = $1 AND j.id < $2 ORDER BY j.id DESC LIMIT $3
            """, account, cursor?.rawValue ?? "g", limit)
    }
}
