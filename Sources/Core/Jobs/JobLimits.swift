package import SQL

/// How many jobs an account may have at once, and in an hour.
package struct JobLimits: Sendable, Hashable {
    package let concurrentJobs: Int
    /// Nil if there is no limit.
    package let jobsPerHour: Int?

    package init(concurrentJobs: Int, jobsPerHour: Int?) {
        self.concurrentJobs = concurrentJobs
        self.jobsPerHour = jobsPerHour
    }

    /// The better of each.
    func lifted(by other: JobLimits) -> JobLimits {
        JobLimits(
            concurrentJobs: max(concurrentJobs, other.concurrentJobs),
            jobsPerHour: jobsPerHour.flatMap { own in other.jobsPerHour.map { max(own, $0) } })
    }
}

/// The limits in force for an account: its plan's, lifted by bought credits while any are left.
package struct AccountLimits: Sendable, Hashable {
    package let limits: JobLimits
    package let hasBoughtCredits: Bool
}

extension JobStatements {
    /// Nil if there is no such account.
    package func limits(of account: ID<Account>, now: Instant) throws(DatabaseError) -> AccountLimits? {
        guard let row = try queryOne("""
            SELECT p.concurrent_jobs, p.jobs_per_hour, b.concurrent_jobs AS bought_concurrent_jobs,
                b.jobs_per_hour AS bought_jobs_per_hour
            FROM accounts a JOIN plans p ON p.name = a.plan LEFT JOIN plans b ON b.name = 'pay_as_you_go'
            WHERE a.id = $1
            """, account)
        else { return nil }
        let own = try JobLimits(
            concurrentJobs: row.get("concurrent_jobs"), jobsPerHour: row.get("jobs_per_hour"))
        let credits = try transaction.ledger.credits(of: [account])[account]
        guard let credits, credits.hasBoughtCredits(at: now), let lift = try JobLimits(bought: row) else {
            return AccountLimits(limits: own, hasBoughtCredits: false)
        }
        return AccountLimits(limits: own.lifted(by: lift), hasBoughtCredits: true)
    }
}

extension JobLimits {
    /// Those of the row `pay_as_you_go`, joined as `b`. Nil if there is none.
    init?(bought row: Row) throws(DatabaseError) {
        guard let concurrentJobs = try row.get("bought_concurrent_jobs", as: Int?.self) else { return nil }
        try self.init(concurrentJobs: concurrentJobs, jobsPerHour: row.get("bought_jobs_per_hour"))
    }
}
