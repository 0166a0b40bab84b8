import SQL

/// How an attempt ends without a result, and what becomes of its job.
struct AttemptEnd: Sendable {
    /// Whether the job may have another attempt.
    enum Retry: Sendable {
        case never
        /// As far as the policy allows, and not before so much time has passed.
        case allowed(RetryPolicy, after: Duration?, jitter: Double)
    }

    let state: Attempt.State
    /// Nil where it was cancelled.
    let failure: JobFailure?
    let retry: Retry
    /// Whether a job that somebody asked to cancel ends as cancelled and not as failed.
    let yieldsToCancel: Bool

    static let cancelled = AttemptEnd(state: .cancelled, failure: nil, retry: .never, yieldsToCancel: false)

    static func failed(_ failure: JobFailure, retry: Retry = .never) -> AttemptEnd {
        AttemptEnd(state: .failed, failure: failure, retry: retry, yieldsToCancel: true)
    }

    static func lost(retry: Retry) -> AttemptEnd {
        AttemptEnd(state: .lost, failure: .lost, retry: retry, yieldsToCancel: true)
    }

    /// The job's deadline has passed.
    static func timedOut(_ state: Attempt.State) -> AttemptEnd {
        AttemptEnd(state: state, failure: .timedOut, retry: .never, yieldsToCancel: false)
    }
}

/// The attempt that follows a failed one.
struct NextAttempt: Sendable, Hashable {
    /// Attempts that were not sent do not count.
    let number: Int
    let maximum: Int
    let runAt: Instant

    /// The data of the event `retried`: all that a page needs to say that, why and when it goes on.
    func announcement(after failure: JobFailure) -> JSON {
        [
            "code": .string(failure.code), "message": .string(failure.cause), "attempt": .integer(Int64(number)),
            "maximumAttempts": .integer(Int64(maximum)), "runAt": .integer(runAt.milliseconds),
        ]
    }
}

extension RetryPolicy {
    /// - Parameter delay: What the provider asked for.
    func retry(after delay: Duration? = nil) -> AttemptEnd.Retry {
        .allowed(self, after: delay, jitter: .random(in: 0...1))
    }
}

/// How an attempt ends and what becomes of its job, whose account's row is locked.
extension JobStatements {
    /// Ends an attempt without a result. Its job is queued for another where `end` allows one, else it ends too and its
    /// credits are released. Nothing changes where the attempt had ended, and the attempt alone where the job had.
    func end(_ attempt: ID<Attempt>, of job: Job, _ end: AttemptEnd, now: Instant) throws {
        let failure = end.failure.map { Job.Failure(code: $0.code, message: $0.reason) }
        guard try self.end(attempt, end.state, failure: failure, now: now) else { return }
        guard let failure = try end.failure.map({ try inOurNames($0, of: job) }) else {
            return _ = try self.end([JobEnding(job, .cancelled, now: now)])
        }
        guard end.yieldsToCancel else { return _ = try self.end([JobEnding(job, .failed(failure), now: now)]) }
        guard let current = try self.job(job.id), current.state == .processing else { return }
        if current.cancelRequestedAt != nil {
            try self.end([JobEnding(current, .cancelled, now: now)])
        } else if let next = try nextAttempt(of: current, end.retry, now: now) {
            _ = try requeue(
                job.id, .retried, runAt: next.runAt, data: next.announcement(after: failure), now: now)
        } else {
            try self.end([JobEnding(current, .failed(failure), now: now)])
        }
    }

    /// For the person who requested the job. The attempt has the provider's own message.
    private func inOurNames(_ failure: JobFailure, of job: Job) throws -> JobFailure {
        guard case .provider(let complaint) = failure, complaint.code == .invalidInput,
            let endpoint = try transaction.catalog.endpoint(job.endpoint)
        else { return failure }
        return .provider(ProviderFailure(
            complaint.code, endpoint.inOurNames(complaint.message), isTransient: complaint.isTransient,
            retryAfter: complaint.retryAfter))
    }

    /// When the job's next attempt may start; nil where there is to be none.
    private func nextAttempt(
        of job: Job, _ retry: AttemptEnd.Retry, now: Instant
    ) throws(DatabaseError) -> NextAttempt? {
        guard case .allowed(let policy, let delay, let jitter) = retry else { return nil }
        let tries = try countTries(of: job.id)
        return policy.nextAttempt(
            after: tries, retryAfter: delay, now: now, deadline: job.deadlineAt, jitter: jitter
        ).map { NextAttempt(number: tries + 1, maximum: policy.maximumAttempts, runAt: $0) }
    }

    /// Back into the queue unsent, because its worker shuts down.
    func returnUnsent(_ claim: Claim, now: Instant) throws {
        guard try end(claim.attempt, .returned, now: now) else { return }
        _ = try requeue(claim.job.id, .returned, runAt: now, data: .object([:]), now: now)
    }

    /// Fails a job that waited in the queue past its deadline.
    func failOverdue(_ id: ID<Job>, now: Instant) throws {
        guard let job = try job(id), job.state == .queued, job.isOverdue(at: now) else { return }
        try end([JobEnding(job, .failed(.timedOut), now: now)])
    }

    /// What was returned unsent was no try: a job must not fail because its workers were restarted.
    private func countTries(of job: ID<Job>) throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS count FROM attempts WHERE job_id = $1 AND state <> 'returned'", job)?
            .get("count") ?? 0
    }
}
