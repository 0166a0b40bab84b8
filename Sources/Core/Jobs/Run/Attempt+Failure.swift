import SQL

/// How an attempt ends and what happens to its job, whose account's row is locked.
extension Transaction {
    /// Ends an attempt and its job with it. Does nothing if the attempt has ended; ends only the attempt if the job
    /// has.
    func end(
        _ attempt: ID<Attempt>, as state: Attempt.State, failure: JobFailure? = nil, with ending: JobEnding
    ) throws {
        let failure = failure.map { Job.Failure(code: $0.code, message: $0.words) }
        if try end(attempt, state, failure: failure, now: ending.now) { try end([ending]) }
    }

    /// Ends an attempt without a result; its job gets another attempt if the failure is transient and the policy allows
    /// one, else it fails and its credits are released. Does nothing if the attempt or the job has ended.
    func endAttempt(
        _ attempt: ID<Attempt>, of job: Job, as state: Attempt.State, _ failure: JobFailure, isTransient: Bool,
        retryAfter: Duration?, rules: WorkRules, jitter: Double, now: Instant
    ) throws {
        guard try end(attempt, state, failure: Job.Failure(code: failure.code, message: failure.words), now: now),
            let current = try self.job(job.id), current.state == .processing
        else { return }
        if current.cancelRequestedAt != nil {
            try end([JobEnding(current, .cancelled, now: now)])
            return
        }
        let providerFailure = ProviderFailure(.failed, "", isTransient: isTransient, retryAfter: retryAfter)
        let next = rules.retries.nextAttempt(
            after: providerFailure, attempts: try countTries(of: job.id), now: now, deadline: current.deadlineAt, jitter: jitter)
        if let next {
            _ = try requeue(
                job.id, .retried, runAt: next, data: ["code": .string(failure.code), "runAt": .integer(next.milliseconds)], now: now)
        } else {
            try end([JobEnding(current, .failed(failure), now: now)])
        }
    }

    /// Returns the job to the queue unsent, because its worker shuts down.
    func handBack(_ claim: Claim, now: Instant) throws {
        guard try end(claim.attempt, .handedBack, now: now) else { return }
        _ = try requeue(claim.job.id, .handedBack, runAt: now, data: .object([:]), now: now)
    }

    /// Fails a job that waited in the queue past its deadline.
    func failOverdue(_ id: ID<Job>, now: Instant) throws {
        guard let job = try job(id), job.state == .queued, let deadline = job.deadlineAt, deadline <= now else { return }
        try end([JobEnding(job, .failed(.timedOut), now: now)])
    }

    /// An attempt that was returned unsent does not count: a job must not fail because its workers were restarted.
    private func countTries(of job: ID<Job>) throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS count FROM attempts WHERE job_id = $1 AND state <> 'handed_back'", job)?.get("count") ?? 0
    }
}
