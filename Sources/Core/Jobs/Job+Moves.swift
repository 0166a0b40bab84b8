import SQL

/// The moves of a job, each with its event, its place among the account's concurrent jobs, and where the job ends its
/// reservation: all in the transaction that makes the move. The first to move wins; whoever comes second changes nothing.
extension Transaction {
    /// How a job ends.
    enum Ending: Sendable {
        case completed(delivered: Int)
        case failed(JobFailure)
        case cancelled

        var state: JobState {
            switch self {
            case .completed: .completed
            case .failed: .failed
            case .cancelled: .cancelled
            }
        }

        var eventType: JobEvent.EventType {
            switch self {
            case .completed: .completed
            case .failed: .failed
            case .cancelled: .cancelled
            }
        }
    }

    /// Ends a job that is still alive: its state, its reservation, its event, its slot. Nothing when it has ended already.
    @discardableResult
    func end(_ job: ID<Job>, _ ending: Ending, now: Instant) throws -> Job? {
        var failure: JobFailure?
        if case .failed(let reason) = ending { failure = reason }
        var delivered: Int?
        if case .completed(let count) = ending { delivered = count }
        guard let row = try queryOne("""
            UPDATE jobs SET state = $2, failure_code = $3, failure_message = $4, outputs_delivered = $5, ended_at = $6,
                slot_at = NULL, hold_reason = NULL, event_seq = event_seq + 1
            WHERE id = $1 AND state IN ('pending', 'queued', 'processing') RETURNING *
            """, job, ending.state, failure?.code, failure?.message, delivered, now)
        else { return nil }
        let ended = try Job(row)
        let captured = delivered.map { ended.price.total(delivered: $0) } ?? .zero
        let receipt = try settleReservation(of: job, capturing: captured, now: now)
        var data: [String: JSON] = [:]
        if let receipt { data["captured"] = .decimal(receipt.captured.decimal); data["released"] = .decimal(receipt.released.decimal) }
        if let failure { data["code"] = .string(failure.code); data["message"] = .string(failure.message) }
        try freeSlot(of: ended, row, event: ending.eventType, data: .object(data), now: now)
        return ended
    }

    /// Back into the queue for another attempt, or because its worker went away before sending it. It keeps its slot.
    func requeue(
        _ job: ID<Job>, _ type: JobEvent.EventType, runAt: Instant, data: JSON, now: Instant
    ) throws -> Job? {
        guard let row = try queryOne("""
            UPDATE jobs SET state = 'queued', run_at = $2, event_seq = event_seq + 1
            WHERE id = $1 AND state = 'processing' RETURNING *
            """, job, runAt)
        else { return nil }
        let requeued = try Job(row)
        try appendEvent(type, to: requeued, seq: row.get("event_seq"), data: data, now: now)
        return requeued
    }

    /// An event of a job whose own row was updated in this transaction.
    func appendEvent(_ type: JobEvent.EventType, to job: Job, seq: Int64, data: JSON, now: Instant) throws {
        let row = try queryOne("UPDATE accounts SET event_seq = event_seq + 1 WHERE id = $1 RETURNING event_seq", job.account)
        guard let accountSeq = try row?.get("event_seq", as: Int64.self) else { throw DatabaseError(.foreignKey, "no account \(job.account)") }
        try insertEvent(type, of: job.id, seq: seq, account: job.account, accountSeq: accountSeq, state: job.state, data: data, now: now)
    }

    /// The ended job's place goes to the account's next waiting job, if its plan still allows as many.
    private func freeSlot(of job: Job, _ row: Row, event: JobEvent.EventType, data: JSON, now: Instant) throws {
        // `slot_at` is cleared by the statement that ended the job, so the count says whether it held one.
        guard let account = try queryOne("""
            UPDATE accounts SET event_seq = event_seq + 1,
                slots_used = (SELECT COUNT(*) FROM jobs WHERE account_id = $1 AND slot_at IS NOT NULL)
            WHERE id = $1
            RETURNING event_seq, slots_used, (SELECT concurrent_jobs FROM plans WHERE name = accounts.plan) AS concurrent_jobs
            """, job.account)
        else { throw DatabaseError(.foreignKey, "no account \(job.account)") }
        try insertEvent(
            event, of: job.id, seq: row.get("event_seq"), account: job.account, accountSeq: account.get("event_seq"),
            state: job.state, data: data, now: now)
        let free = try account.get("concurrent_jobs", as: Int.self) - account.get("slots_used", as: Int.self)
        guard free > 0 else { return }
        let promoted = try execute("""
            UPDATE jobs SET slot_at = $2 WHERE id IN (
                SELECT id FROM jobs WHERE account_id = $1 AND state = 'queued' AND slot_at IS NULL ORDER BY order_at, id LIMIT $3)
            """, job.account, now, free)
        if promoted > 0 {
            try execute("UPDATE accounts SET slots_used = slots_used + $2 WHERE id = $1", job.account, promoted)
        }
    }
}
