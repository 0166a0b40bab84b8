import SQL

/// The moves of a job, each with its event, its slot among the account's concurrent jobs, and, if the job ends, its
/// reservation: all in the transaction that makes the move. The first to move wins; the second changes nothing. The
/// accounts' rows are locked before, since their event numbers, slots and balances change too.
extension JobStatements {
    /// Ends jobs as their endings say: their states, their reservations, their events, their slots. Returns which
    /// ended; those that had moved are left as they are.
    @discardableResult
    func end(_ endings: [JobEnding]) throws -> Set<ID<Job>> {
        var seqs: [ID<Job>: Int64] = [:]
        for row in try query(Statements.end, rows: endings.map { ending in
            [
                ending.job.id, ending.job.state, ending.state, ending.failure?.code, ending.failure?.message,
                ending.delivered,
                ending.now, ending.seed.map { String($0) },
            ]
        }) {
            seqs[try row.get("id")] = try row.get("event_seq")
        }
        let ended = endings.filter { seqs[$0.job.id] != nil }
        guard !ended.isEmpty else { return [] }
        let receipts = try transaction.ledger.settle(
            ended.map { Settlement(job: $0.job.id, captured: $0.captured, now: $0.now) })
        let accounts = try freeSlots(ended.map(\.job), now: ended[0].now)
        try insertEvents(ended.map { ending in
            NewEvent(
                ending.eventType, of: ending.job, ending.state, seq: seqs[ending.job.id] ?? 0,
                data(of: ending, receipts), ending.now)
        }, upTo: accounts.mapValues(\.eventSeq))
        for account in accounts.values where account.isCrowded && account.freeSlots > 0 {
            try fillSlots(of: account, now: ended[0].now)
        }
        return Set(ended.map(\.job.id))
    }

    /// Returns a job to the queue for another attempt, or because its worker stopped before sending it. It keeps its
    /// slot.
    func requeue(
        _ job: ID<Job>, _ type: JobEvent.EventType, runAt: Instant, data: JSON, now: Instant
    ) throws -> Job? {
        guard let row = try queryOne("""
            UPDATE jobs SET state = 'queued', run_at = $2, event_seq = event_seq + 1
            WHERE id = $1 AND state = 'processing' RETURNING *
            """, job, runAt)
        else { return nil }
        let requeued = try Job(row)
        try appendEvents([NewEvent(type, of: requeued, requeued.state, seq: row.get("event_seq"), data, now)])
        return requeued
    }

    /// Queues the jobs that waited for the end of a hold, at the places in the queue that they had requested.
    func queueHeldJobs(of account: ID<Account>, now: Instant) throws {
        let queued = try query("""
            UPDATE jobs SET state = 'queued', hold_reason = NULL, event_seq = event_seq + 1
            WHERE account_id = $1 AND state = 'pending' RETURNING *
            """, account).map { (job: try Job($0), seq: try $0.get("event_seq", as: Int64.self)) }.sorted {
                $0.job.id < $1.job.id
            }
        guard !queued.isEmpty else { return }
        try appendEvents(queued.map { NewEvent(.queued, of: $0.job, .queued, seq: $0.seq, .object([:]), now) })
        try fillSlots(of: account, now: now)
    }

    /// Gives the account's waiting jobs the slots that are free by its limits.
    func fillSlots(of account: ID<Account>, now: Instant) throws(DatabaseError) {
        guard let slots = try query(
            Statements.freeSlots, shared: [now], rows: [[account, 0, 0]]).first.map(AccountSlots.init),
            slots.isCrowded, slots.freeSlots > 0
        else { return }
        try fillSlots(of: slots, now: now)
    }

    /// Events of jobs whose own rows were updated in this transaction, in the order given.
    func appendEvents(_ events: [NewEvent]) throws {
        let counts = Dictionary(events.map { ($0.account, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
        var last: [ID<Account>: Int64] = [:]
        for row in try query(Statements.advanceEvents, rows: counts.map { [$0.key, $0.value] }) {
            last[try row.get("id")] = try row.get("event_seq")
        }
        try insertEvents(events, upTo: last)
    }

    /// - Parameter last: The accounts' event numbers after these events.
    private func insertEvents(_ events: [NewEvent], upTo last: [ID<Account>: Int64]) throws {
        var next = last
        for event in events { next[event.account, default: 0] -= 1 }
        try insertEvents(events.map { event in
            guard let seq = next[event.account].map({ $0 + 1 }), seq > 0 else {
                throw DatabaseError(.foreignKey, "no account \(event.account)")
            }
            next[event.account] = seq
            return event.numbered(seq)
        })
    }

    private func data(of ending: JobEnding, _ receipts: [ID<Job>: Receipt]) -> JSON {
        var data: [String: JSON] = [:]
        if let receipt = receipts[ending.job.id] {
            data["captured"] = .decimal(receipt.captured.decimal)
            data["released"] = .decimal(receipt.released.decimal)
        }
        if let failure = ending.failure {
            data["code"] = .string(failure.code)
            data["message"] = .string(failure.message)
        }
        return .object(data)
    }

    /// Appends one event each, and frees the slots of those that had one.
    private func freeSlots(_ jobs: [Job], now: Instant) throws(DatabaseError) -> [ID<Account>: AccountSlots] {
        var counts: [ID<Account>: (events: Int, slots: Int)] = [:]
        for job in jobs {
            counts[job.account, default: (0, 0)].events += 1
            if job.slotAt != nil { counts[job.account, default: (0, 0)].slots += 1 }
        }
        var accounts: [ID<Account>: AccountSlots] = [:]
        let rows = counts.sorted { $0.key < $1.key }.map {
            [$0.key, $0.value.events, $0.value.slots] as [any SQLConvertible]
        }
        for row in try query(Statements.freeSlots, shared: [now], rows: rows) {
            let account = try AccountSlots(row)
            accounts[account.id] = account
        }
        return accounts
    }

    /// Gives free slots to the account's next waiting jobs, as far as its limits allow.
    private func fillSlots(of account: AccountSlots, now: Instant) throws(DatabaseError) {
        let promoted = try execute("""
            UPDATE jobs SET slot_at = $2 WHERE id IN (
                SELECT id FROM jobs
                WHERE account_id = $1 AND state = 'queued' AND slot_at IS NULL ORDER BY order_at, id LIMIT $3)
            """, account.id, now, account.freeSlots)
        if promoted > 0 { notifyWorkersAfterCommit() }
        try perform("UPDATE accounts SET slots_used = slots_used + $2 WHERE id = $1", account.id, promoted)
    }
}

/// An account after some of its jobs ended.
private struct AccountSlots {
    let id: ID<Account>
    let eventSeq: Int64
    /// Negative if its plan has become smaller, or its bought credits were used up.
    let freeSlots: Int
    /// Whether any of its jobs waits for a slot.
    let isCrowded: Bool

    init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id")
        eventSeq = try row.get("event_seq")
        freeSlots = try row.get("concurrent_jobs", as: Int.self) - row.get("slots_used", as: Int.self)
        isCrowded = try row.get("is_crowded", as: Int.self) != 0
    }
}

private enum Statements {
    static let end = BulkStatement("""
        UPDATE jobs SET state = v.column3, failure_code = v.column4, failure_message = v.column5,
            outputs_delivered = v.column6,
            ended_at = v.column7, seed = v.column8, slot_at = NULL, hold_reason = NULL, event_seq = event_seq + 1
        FROM (VALUES
        """, row: "($1, $2, $3, $4, $5, CAST($6 AS BIGINT), CAST($7 AS BIGINT), $8)", """
        ) AS v WHERE jobs.id = v.column1 AND jobs.state = v.column2
            AND jobs.state IN ('pending', 'queued', 'processing')
        RETURNING id, event_seq
        """)

    static let advanceEvents = BulkStatement(
        "UPDATE accounts SET event_seq = event_seq + v.column2 FROM (VALUES", row: "($1, CAST($2 AS BIGINT))",
        ") AS v WHERE accounts.id = v.column1 RETURNING id, event_seq")

    /// With the plan's limit, or that of bought credits if it is better and some are left at `$1`. The account's open
    /// lots are looked at by their index, and only if that could give a slot; a sub-select with a limit is never turned
    /// into a join with all lots.
    static let freeSlots = BulkStatement("""
        UPDATE accounts SET event_seq = event_seq + v.column2, slots_used = slots_used - v.column3 FROM (VALUES
        """, row: "($1, CAST($2 AS BIGINT), CAST($3 AS BIGINT))", """
        ) AS v WHERE accounts.id = v.column1
        RETURNING id, event_seq, slots_used,
            (SELECT MAX(p.concurrent_jobs) FROM plans p WHERE p.name = accounts.plan
                OR (p.name = 'pay_as_you_go' AND p.concurrent_jobs > accounts.slots_used AND 1 = (
                    SELECT 1 FROM lots WHERE lots.account_id = accounts.id AND is_open = 1 AND source = 'purchase'
                        AND (expires_at IS NULL OR expires_at > $1) LIMIT 1))
            ) AS concurrent_jobs, CASE WHEN
            EXISTS (SELECT 1 FROM jobs WHERE jobs.account_id = accounts.id AND state = 'queued' AND slot_at IS NULL)
            THEN 1 ELSE 0 END AS is_crowded
        """, shared: 1)
}
