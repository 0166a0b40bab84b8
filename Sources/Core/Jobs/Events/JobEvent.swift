package import SQL

/// What happened to a job, in the past tense: appended in the transaction of the change that it reports.
package struct JobEvent: Sendable, Hashable {
    package enum EventType: String, Sendable, SQLConvertible, Codable {
        case held, queued, started, retried, returned
        case cancelRequested = "cancel_requested"
        case completed, failed, cancelled

        /// Whether a worker has something to do at once. A retry begins later, and is found when it is due.
        var bringsWork: Bool {
            switch self {
            case .queued, .returned, .cancelRequested: true
            case .held, .started, .retried, .completed, .failed, .cancelled: false
            }
        }
    }

    package let job: ID<Job>
    package let seq: Int64
    package let account: ID<Account>
    /// Without holes within the account, in the order of the commits: a stream resumes after it.
    package let accountSeq: Int64
    package let type: EventType
    /// The job's state after the event.
    package let state: JobState
    package let data: JSON
    package let at: Instant

    package init(
        job: ID<Job>, seq: Int64, account: ID<Account>, accountSeq: Int64, type: EventType, state: JobState, data: JSON,
        at: Instant
    ) {
        self.job = job
        self.seq = seq
        self.account = account
        self.accountSeq = accountSeq
        self.type = type
        self.state = state
        self.data = data
        self.at = at
    }
}

extension JobEvent {
    fileprivate init(_ row: Row) throws {
        try self.init(
            job: row.get("job_id"), seq: row.get("seq"), account: row.get("account_id"),
            accountSeq: row.get("account_seq"),
            type: row.get("type"), state: row.get("state"), data: JSON(parsing: row.get("data", as: String.self)),
            at: row.get("created_at"))
    }
}

extension JobStatements {
    /// Inserts events. After the commit, the watchers of their accounts are notified, and workers if jobs became ready.
    func insertEvents(_ events: [JobEvent]) throws(DatabaseError) {
        for event in events { notifyAfterCommit(event.account) }
        if events.contains(where: { $0.type.bringsWork }) { notifyWorkersAfterCommit() }
        try perform(Statements.insert, rows: events.map { event in
            [event.job, event.seq, event.account, event.accountSeq, event.type, event.state, event.data.text, event.at]
        })
    }

    package func events(
        of job: ID<Job>, account: ID<Account>, after seq: Int64 = 0, limit: Int = 500
    ) throws -> [JobEvent] {
        try query("""
            SELECT * FROM job_events WHERE job_id = $1 AND account_id = $2 AND seq > $3 ORDER BY seq LIMIT $4
            """, job, account, seq, limit).map(JobEvent.init)
    }

    package func events(of account: ID<Account>, after accountSeq: Int64, limit: Int = 500) throws -> [JobEvent] {
        try query("""
            SELECT * FROM job_events WHERE account_id = $1 AND account_seq > $2 ORDER BY account_seq LIMIT $3
            """, account, accountSeq, limit).map(JobEvent.init)
    }

    package func lastEventSeq(of account: ID<Account>) throws(DatabaseError) -> Int64 {
        try queryOne("SELECT event_seq FROM accounts WHERE id = $1", account)?.get("event_seq") ?? 0
    }

    package func lastEventSeq(of job: ID<Job>) throws(DatabaseError) -> Int64 {
        try queryOne("SELECT event_seq FROM jobs WHERE id = $1", job)?.get("event_seq") ?? 0
    }
}

private enum Statements {
    static let insert = BulkStatement(
        "INSERT INTO job_events (job_id, seq, account_id, account_seq, type, state, data, created_at) VALUES",
        row: "($1, $2, $3, $4, $5, $6, $7, $8)")
}
