import Core
import SQL

/// What a stream still has to tell: reads what came after its cursor, and what progress changed.
struct EventFeed: Sendable {
    private let account: ID<Account>
    private let job: ID<Job>?
    private var cursor: Int64
    private let database: Database
    private var told: [ID<Job>: JobProgress] = [:]
    /// The one job that was followed has ended, and this was told.
    private(set) var hasEnded = false

    init(account: ID<Account>, job: ID<Job>?, cursor: Int64, database: Database) {
        self.account = account
        self.job = job
        self.cursor = cursor
        self.database = database
    }

    private struct EventBody: Encodable {
        let jobId: String
        let type: JobEvent.EventType
        let status: JobState
        let data: JSON
        let at: String
    }

    private struct ProgressEventBody: Encodable {
        let jobId: String
        let percent: Int?
        let providerQueuePosition: Int?
        let log: String?
    }

    /// The lines to send; empty when nothing is new.
    mutating func next() async throws -> String {
        let (account, job, cursor) = (account, job, cursor)
        let (events, progress) = try await database.read { transaction in
            let events = if let job { try transaction.events(of: job, account: account, after: cursor) }
                else { try transaction.events(of: account, after: cursor) }
            return (events, try transaction.progress(of: account))
        }
        var text = ""
        for event in events { text += lines(of: event) }
        for progress in progress where job == nil || progress.job == job { text += lines(of: progress) }
        return text
    }

    private mutating func lines(of event: JobEvent) -> String {
        let id = job == nil ? event.accountSeq : event.seq
        cursor = id
        if job != nil, event.state.isTerminal { hasEnded = true }
        if event.state != .processing { told[event.job] = nil }
        let body = EventBody(jobId: event.job.rawValue, type: event.type, status: event.state, data: event.data, at: event.at.text)
        return "id: \(id)\nevent: \(event.type.rawValue)\ndata: \(JSON.text(of: body))\n\n"
    }

    private mutating func lines(of progress: JobProgress) -> String {
        guard told[progress.job] != progress, progress.percent != nil || progress.queuePosition != nil || !progress.logs.isEmpty
        else { return "" }
        told[progress.job] = progress
        let body = ProgressEventBody(
            jobId: progress.job.rawValue, percent: progress.percent, providerQueuePosition: progress.queuePosition,
            log: progress.logs.last)
        return "event: progress\ndata: \(JSON.text(of: body))\n\n"
    }
}
