import SQL

extension Transaction {
    /// Ends an attempt without a result; its job gets another attempt where the failure may pass and the policy allows,
    /// else it fails and its credits are released. Nothing when the attempt or the job had ended.
    func endAttempt(
        _ attempt: ID<Attempt>, of job: ID<Job>, as state: Attempt.State, _ failure: JobFailure, isTransient: Bool,
        retryAfter: Duration?, rules: WorkRules, jitter: Double, now: Instant
    ) throws {
        guard try end(attempt, state, failure: Job.Failure(code: failure.code, message: failure.words), now: now),
            let current = try self.job(job), current.state == .processing
        else { return }
        if current.cancelRequestedAt != nil {
            try end(job, .cancelled, now: now)
            return
        }
        let providerFailure = ProviderFailure(.failed, "", isTransient: isTransient, retryAfter: retryAfter)
        let next = rules.retries.nextAttempt(
            after: providerFailure, attempts: try countTries(of: job), now: now, deadline: current.deadlineAt, jitter: jitter)
        if let next {
            _ = try requeue(
                job, .retried, runAt: next, data: ["code": .string(failure.code), "runAt": .integer(next.milliseconds)], now: now)
        } else {
            try end(job, .failed(failure), now: now)
        }
    }

    /// What was handed back unsent was no try: a job must not fail because its workers were restarted.
    private func countTries(of job: ID<Job>) throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS count FROM attempts WHERE job_id = $1 AND state <> 'handed_back'", job)?.get("count") ?? 0
    }

    /// Back into the queue unsent, because its worker shuts down.
    func handBack(_ claim: Claim, now: Instant) throws {
        guard try end(claim.attempt, .handedBack, now: now) else { return }
        _ = try requeue(claim.job.id, .handedBack, runAt: now, data: .object([:]), now: now)
    }
}
