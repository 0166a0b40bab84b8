import SQL

/// An event that has no number among its account's events yet.
struct NewEvent: Sendable {
    let job: ID<Job>
    let account: ID<Account>
    let type: JobEvent.EventType
    let state: JobState
    let seq: Int64
    let data: JSON
    let at: Instant

    /// - Parameter state: The job's state after it.
    init(_ type: JobEvent.EventType, of job: Job, _ state: JobState, seq: Int64, _ data: JSON, _ at: Instant) {
        self.job = job.id
        account = job.account
        self.type = type
        self.state = state
        self.seq = seq
        self.data = data
        self.at = at
    }

    func numbered(_ accountSeq: Int64) -> JobEvent {
        JobEvent(
            job: job, seq: seq, account: account, accountSeq: accountSeq, type: type, state: state, data: data, at: at)
    }
}
