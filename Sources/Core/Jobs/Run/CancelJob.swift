package import SQL

package enum CancelError: Error, Sendable, Hashable {
    case notFound
    case ended(JobState)
}

/// Cancels a job: at once while it waits; while it is processing, by a request that is sent on to the provider.
package struct CancelJob: Sendable {
    private let database: Database
    private let time: Time

    package init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    /// Returns the job as it is afterwards. Cancelling again is the same as cancelling once.
    package func callAsFunction(_ id: ID<Job>, by actor: Actor) async throws -> Job {
        let now = time.now()
        return try await database.write(of: actor.account) { try $0.jobs.cancel(id, of: actor.account, now: now) }
    }
}

extension JobStatements {
    fileprivate func cancel(_ id: ID<Job>, of account: ID<Account>, now: Instant) throws -> Job {
        guard let job = try job(id, of: account) else { throw CancelError.notFound }
        switch job.state {
        case .pending, .queued:
            try end([JobEnding(job, .cancelled, now: now)])
            return try self.job(id) ?? job
        case .processing:
            return job.cancelRequestedAt == nil ? try requestCancel(of: job, now: now) : job
        case .cancelled:
            return job
        case .completed, .failed:
            throw CancelError.ended(job.state)
        }
    }

    private func requestCancel(of job: Job, now: Instant) throws -> Job {
        guard let row = try queryOne("""
            UPDATE jobs SET cancel_requested_at = $2, event_seq = event_seq + 1 WHERE id = $1 AND state = 'processing'
            RETURNING *
            """, job.id, now)
        else { return job }
        let asked = try Job(row)
        try appendEvents(
            [NewEvent(.cancelRequested, of: asked, asked.state, seq: row.get("event_seq"), .object([:]), now)])
        // A job that is being sent is cancelled once its submission is recorded.
        try execute(
            "UPDATE attempts SET due_at = $2, lease = NULL WHERE job_id = $1 AND state IN ('submitted', 'no_response')",
            job.id, now)
        return asked
    }
}
