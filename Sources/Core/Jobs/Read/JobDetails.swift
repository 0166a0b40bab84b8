import SQL

/// All that there is to show of a job.
package struct JobDetails: Sendable {
    package let job: Job
    package let attempts: [Attempt]
    package let outputs: [Asset]
    package let receipt: Receipt?
    package let transactions: [LedgerLine]
    /// Queued jobs before it, while it is queued: 1001 means more than 1,000.
    package var queuePosition: Int?
    /// Why it waits although it has a slot among its account's concurrent jobs.
    package var waitingFor: Wait?
    /// How long such jobs usually take from submission to result.
    package var usualDuration: Duration?

    package enum Wait: String, Sendable, Hashable, Encodable {
        /// The daily provider budget is used up.
        case providerCost = "provider_cost_limit"
    }

    /// 0 to 100: as the provider reports it; without a report, how much of the usual time has passed, but never all of
    /// it. Nil where nothing is known: a job that takes twice as long as usual may take any time.
    package func progress(now: Instant) -> (percent: Int, isEstimate: Bool)? {
        guard job.state == .processing, let attempt = attempts.last else {
            return job.state == .completed ? (100, false) : nil
        }
        if let percent = attempt.progress { return (percent, false) }
        guard let usualDuration, usualDuration > .zero else { return (0, true) }
        let (passed, usual) = (max(0, (now - attempt.createdAt).milliseconds), usualDuration.milliseconds)
        if passed <= usual { return (Int(min(95, passed * 100 / usual)), true) }
        return passed < 2 * usual ? (Int(95 + 5 * (passed - usual) / usual), true) : nil
    }

    /// What is left of the usual time, if it is known and not yet over.
    package func remaining(now: Instant) -> Duration? {
        guard let usualDuration, !job.state.isTerminal else { return nil }
        guard job.state == .processing, let attempt = attempts.last else { return usualDuration }
        let left = usualDuration - (now - attempt.createdAt)
        return left > .zero ? left : nil
    }
}

extension JobStatements {
    /// How far an account's processing jobs are.
    package func progress(of account: ID<Account>) throws -> [JobProgress] {
        try query("""
            SELECT t.* FROM jobs j JOIN attempts t ON t.job_id = j.id AND t.ended_at IS NULL
            WHERE j.account_id = $1 AND j.slot_at IS NOT NULL AND j.state = 'processing'
            """, account).map { row in
                let attempt = try Attempt(row)
                return JobProgress(
                    job: attempt.job, percent: attempt.progress, queuePosition: attempt.queuePosition,
                    logs: attempt.logs?.array?.compactMap(\.string) ?? [])
            }
    }
}

/// What the provider last reported of a job that is being processed. It is not an event: only the last report counts.
package struct JobProgress: Sendable, Hashable {
    package let job: ID<Job>
    package let percent: Int?
    package let queuePosition: Int?
    package let logs: [String]

    package init(job: ID<Job>, percent: Int?, queuePosition: Int?, logs: [String]) {
        self.job = job
        self.percent = percent
        self.queuePosition = queuePosition
        self.logs = logs
    }
}
