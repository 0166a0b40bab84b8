import SQL

extension JobStatements {
    /// Decides many submissions by one set of statements: locks their accounts, reads the facts, decides each in turn,
    /// writes the admitted jobs. Nothing is written for a refused submission.
    ///
    /// - Parameter submissions: In ascending order of their accounts.
    func submit(_ submissions: [PricedSubmission]) throws -> [Result<SubmitJob.Outcome, any Error>] {
        let snapshots = try snapshots(for: submissions)
        let stored = try transaction.idempotency.storedResponses(for: submissions.compactMap(\.key))
        let inputs = try lockInputs(of: submissions)
        var batch = SubmissionBatch(
            snapshots: snapshots, stored: stored, inputs: inputs.owners, trashed: inputs.trashed)
        let before = batch.snapshots
        let outcomes = submissions.map { submission in Result { try batch.decide(submission) } }
        guard !batch.newJobs.isEmpty else { return outcomes }

        try advance(batch.snapshots.filter { before[$0.key]?.eventSeq != $0.value.eventSeq })
        try insert(batch.newJobs)
        try transaction.ledger.book(batch.newJobs.map(\.reservation))
        try transaction.idempotency.store(batch.newResponses)
        return outcomes
    }

    /// Locks the accounts in their order, so that nodes do not wait for each other in a circle, and so that of two
    /// equal requests at once the second finds the first one's response. Accounts that do not exist are left out.
    private func snapshots(for submissions: [PricedSubmission]) throws -> [ID<Account>: AccountSnapshot] {
        let requested = Dictionary(grouping: submissions, by: \.actor.account)
        let accounts = requested.keys.sorted()
        var snapshots: [ID<Account>: AccountSnapshot] = [:]
        for row in try query(Statements.lockAccounts, rows: accounts.map { [$0] }) {
            snapshots[try row.get("id")] = try AccountSnapshot(row)
        }
        for (account, credits) in try transaction.ledger.credits(of: accounts) { snapshots[account]?.credits = credits }
        try readAllowances(requested, into: &snapshots)
        try readWaiting(requested, into: &snapshots)
        try readRecent(requested, into: &snapshots)
        return snapshots
    }

    private func readAllowances(
        _ requested: [ID<Account>: [PricedSubmission]], into snapshots: inout [ID<Account>: AccountSnapshot]
    ) throws {
        let limited = snapshots.filter { $0.value.credits.hasLimits }.keys.sorted()
        guard let now = requested.values.joined().map(\.now).min(), !limited.isEmpty else { return }
        for (account, allowances) in try transaction.spendLimits.allowances(of: limited, now: now) {
            snapshots[account]?.allowances = allowances
        }
    }

    /// If all of an account's new jobs get a slot, it does not matter how many wait.
    private func readWaiting(
        _ requested: [ID<Account>: [PricedSubmission]], into snapshots: inout [ID<Account>: AccountSnapshot]
    ) throws {
        let crowded = snapshots.filter { account, snapshot in newJobs(requested[account]) > snapshot.leastFreeSlots }
        for (held, statement) in [(false, Statements.countQueued), (true, Statements.countPending)] {
            let accounts = crowded.filter { $0.value.isHeld == held }.keys.sorted()
            for row in try query(statement, rows: accounts.map { [$0] }) {
                snapshots[try row.get("account_id")]?.waiting = try row.get("count")
            }
        }
    }

    /// Counts first, since times are many and matter only to an account near its limit.
    private func readRecent(
        _ requested: [ID<Account>: [PricedSubmission]], into snapshots: inout [ID<Account>: AccountSnapshot]
    ) throws {
        let limited = snapshots.filter { account, snapshot in
            snapshot.limits.jobsPerHour != nil
                && (requested[account] ?? []).contains { $0.actor.platformRole != .admin }
        }.keys.sorted()
        guard let now = requested.values.joined().map(\.now).min(), !limited.isEmpty else { return }
        // Ids sort by the time at which they were made, and have an index.
        let oldest = ID<Job>.first(at: now - .milliseconds(3_599_999))
        for row in try query(Statements.countRecent, shared: [oldest], rows: limited.map { [$0] }) {
            let account = try row.get("account_id", as: ID<Account>.self)
            guard let snapshot = snapshots[account], let limit = snapshot.limits.jobsPerHour,
                try row.get("count") + newJobs(requested[account]) > limit
            else { continue }
            // As many as the limit that bought credits give can ask for.
            let most = max(limit, snapshot.boughtLimits?.jobsPerHour ?? 0)
            snapshots[account]?.recent = try query(
                "SELECT created_at FROM jobs WHERE account_id = $1 AND id >= $2 ORDER BY id DESC LIMIT $3", account,
                oldest, most)
                .map { try $0.get("created_at") }
        }
    }

    private func newJobs(_ submissions: [PricedSubmission]?) -> Int {
        (submissions ?? []).reduce(0) { $0 + $1.requests.count }
    }

    /// Locked, so that a picture is neither deleted nor put into the trash before the job that uses it names it.
    private func lockInputs(
        of submissions: [PricedSubmission]
    ) throws -> (owners: [ID<Asset>: ID<Account>], trashed: Set<ID<Asset>>) {
        let inputs = Set(submissions.flatMap(\.requests).flatMap(\.inputs.values)).sorted()
        var (owners, trashed): ([ID<Asset>: ID<Account>], Set<ID<Asset>>) = ([:], [])
        for row in try query(Statements.lockInputs, rows: inputs.map { [$0] }) {
            let id = try row.get("id", as: ID<Asset>.self)
            owners[id] = try row.get("account_id")
            if try row.get("trashed_at", as: Instant?.self) != nil { trashed.insert(id) }
        }
        return (owners, trashed)
    }

    private func advance(_ snapshots: [ID<Account>: AccountSnapshot]) throws {
        try perform(Statements.advanceAccounts, rows: snapshots.sorted { $0.key < $1.key }.map { account, snapshot in
            [account, snapshot.eventSeq, snapshot.slotsUsed, snapshot.lastOrderAt]
        })
    }

    private func insert(_ jobs: [NewJob]) throws {
        // Without RETURNING, with which SQLite would scan all jobs for one that names this one in `retry_of`.
        try perform(Statements.insertJobs, rows: jobs.map { new in
            let (job, kind) = (new.job, new.request.kind)
            return [
                job.id, job.account, job.createdBy, new.actor.key, job.kind, kind.version, job.endpoint, job.provider,
                job.state,
                JSON.object(job.parameters).text, job.outputsAsked, job.price.total, job.price.version,
                JSON.text(of: job.price),
                job.retryOf, job.orderAt, job.runAt, job.slotAt, kind.timeLimit.milliseconds, job.holdReason,
                job.createdAt,
            ]
        })
        try insertEvents(jobs.map { new in
            JobEvent(
                job: new.job.id, seq: 1, account: new.job.account, accountSeq: new.taken.place.accountSeq,
                type: new.job.state == .pending ? .held : .queued, state: new.job.state, data: .object([:]),
                at: new.job.createdAt)
        })
        try perform(Statements.insertInputs, rows: jobs.flatMap { new in
            new.request.inputs.sorted { $0.key < $1.key }.map { [new.job.id, $0.key, $0.value] }
        })
    }
}

private enum Statements {
    static let lockAccounts = BulkStatement("""
        SELECT a.id, a.event_seq, a.last_order_at, a.slots_used, a.held_at, a.disabled_at,
            p.concurrent_jobs, p.jobs_per_hour, p.weight, p.head_start,
            b.concurrent_jobs AS bought_concurrent_jobs, b.jobs_per_hour AS bought_jobs_per_hour
        FROM accounts a JOIN plans p ON p.name = a.plan LEFT JOIN plans b ON b.name = 'pay_as_you_go' WHERE a.id IN (
        """, row: "$1", ") ORDER BY a.id \(.forUpdate(of: "a"))")

    static let countQueued = BulkStatement("""
        SELECT account_id, COUNT(*) AS count FROM jobs WHERE state = 'queued' AND slot_at IS NULL AND account_id IN (
        """, row: "$1", ") GROUP BY account_id")

    static let countPending = BulkStatement("""
        SELECT account_id, COUNT(*) AS count FROM jobs WHERE state = 'pending' AND account_id IN (
        """, row: "$1", ") GROUP BY account_id")

    static let countRecent = BulkStatement("""
        SELECT account_id, COUNT(*) AS count FROM jobs WHERE id >= $1 AND account_id IN (
        """, row: "$1", ") GROUP BY account_id", shared: 1)

    static let lockInputs = BulkStatement(
        "SELECT id, account_id, trashed_at FROM assets WHERE id IN (", row: "$1",
        ") AND deleted_at IS NULL ORDER BY id \(.forUpdate(of: "assets"))")

    static let advanceAccounts = BulkStatement("""
        UPDATE accounts SET event_seq = v.column2, slots_used = v.column3, last_order_at = v.column4 FROM (VALUES
        """, row: "($1, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT))",
        ") AS v WHERE accounts.id = v.column1")

    static let insertJobs = BulkStatement("""
        INSERT INTO jobs (id, account_id, created_by, key_id, kind, kind_version, endpoint, provider, state, parameters,
            outputs_asked, price, price_version, price_breakdown, retry_of, event_seq, order_at, run_at, slot_at,
            time_limit, hold_reason, created_at) VALUES
        """, row: """
        ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, $16, $17, $18, $19, $20, $21)
        """)

    static let insertInputs = BulkStatement(
        "INSERT INTO job_inputs (job_id, name, asset_id) VALUES", row: "($1, $2, $3)")
}

extension AccountSnapshot {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        try self.init(
            eventSeq: row.get("event_seq"), lastOrderAt: row.get("last_order_at"), slotsUsed: row.get("slots_used"),
            isHeld: row.get("held_at", as: Instant?.self) != nil,
            isDisabled: row.get("disabled_at", as: Instant?.self) != nil,
            limits: JobLimits(concurrentJobs: row.get("concurrent_jobs"), jobsPerHour: row.get("jobs_per_hour")),
            boughtLimits: JobLimits(bought: row), weight: row.get("weight"),
            headStart: .milliseconds(row.get("head_start", as: Int64.self)))
    }
}
