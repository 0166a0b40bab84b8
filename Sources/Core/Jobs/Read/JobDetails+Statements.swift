import SQL

/// A requested job, and the account that requests it.
struct JobKey: Sendable, Hashable {
    let id: ID<Job>
    let account: ID<Account>
}

extension JobStatements {
    /// The job as it is now, in all details.
    package func details(of id: ID<Job>, account: ID<Account>) throws -> JobDetails? {
        guard var details = try details(of: [JobKey(id: id, account: account)])[0].get() else { return nil }
        if details.job.state == .queued { details.queuePosition = try queuePosition(of: details.job) }
        if !details.job.state.isTerminal { details.usualDuration = try usualDuration(of: details.job.endpoint) }
        return details
    }

    /// Many jobs by one set of statements, without what depends on other accounts' jobs. Nil for a job that the account
    /// does not have; a row that cannot be read fails only its own job.
    func details(of wanted: [JobKey]) throws -> [Result<JobDetails?, any Error>] {
        var jobs: [ID<Job>: Row] = [:]
        for row in try query(Statements.jobs, rows: Set(wanted.map(\.id)).sorted().map { [$0] }) {
            jobs[try row.get("id")] = row
        }
        let attempted = try jobs.filter { try $0.value.get("attempt_count", as: Int.self) > 0 }.keys.sorted()
        let completed = try jobs.filter { try $0.value.get("state", as: JobState.self) == .completed }.keys.sorted()
        let attempts = try rows(Statements.attempts, of: attempted)
        let outputs = try rows(Statements.outputs, of: completed)
        let lines = try rows(Statements.transactions, of: jobs.keys.sorted())
        let waiting = try waitingBefore(jobs.filter {
            try $0.value.get("state", as: JobState.self) == .queued && $0.value.get("slot_at", as: Instant?.self) == nil
        }.keys.sorted())
        return wanted.map { wanted in
            Result {
                guard let row = jobs[wanted.id], try row.get("account_id") == wanted.account else { return nil }
                return try JobDetails(
                    job: Job(row), attempts: (attempts[wanted.id] ?? []).map(Attempt.init),
                    outputs: (outputs[wanted.id] ?? []).map(Asset.init),
                    receipt: Receipt(beside: row),
                    transactions: (lines[wanted.id] ?? []).map { try LedgerLine($0, nil) },
                    queuePosition: waiting[wanted.id])
            }
        }
    }

    /// What completed jobs made, in the order of the outputs.
    func outputs(of jobs: [ID<Job>]) throws -> [ID<Job>: [Asset]] {
        try rows(Statements.outputs, of: jobs).mapValues { try $0.map(Asset.init) }
    }

    /// Their order within a job is that of the statement.
    private func rows(_ statement: BulkStatement, of jobs: [ID<Job>]) throws -> [ID<Job>: [Row]] {
        try Dictionary(grouping: query(statement, rows: jobs.map { [$0] })) { try $0.get("job_id") }
    }
}

private enum Statements {
    static let jobs = BulkStatement("""
        SELECT j.*, r.amount AS reserved, r.captured, r.released, r.ended_at AS settled_at
        FROM jobs j LEFT JOIN reservations r ON r.job_id = j.id WHERE j.id IN (
        """, row: "$1", ")")

    static let attempts = BulkStatement("SELECT * FROM attempts WHERE job_id IN (", row: "$1", ") ORDER BY number")

    static let outputs = BulkStatement(
        "SELECT * FROM assets WHERE job_id IN (", row: "$1",
        ") AND deleted_at IS NULL AND trashed_at IS NULL ORDER BY output_index")

    static let transactions = BulkStatement("SELECT * FROM transactions WHERE job_id IN (", row: "$1", ") ORDER BY id")
}

extension Receipt {
    /// Reads the reservation from a job's row that was joined with it; nil if there is none.
    init?(beside row: Row) throws(DatabaseError) {
        guard let reserved = try row.get("reserved", as: Credits?.self) else { return nil }
        try self.init(
            reserved: reserved, captured: row.get("captured"), released: row.get("released"),
            endedAt: row.get("settled_at"))
    }
}
