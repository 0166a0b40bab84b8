package import SQL
import Synchronization

/// Reads all that there is to show of a job. Simultaneous calls are served by one set of statements; what depends on
/// other jobs, and is a hint, is as it was a moment ago.
package struct ReadJob: Sendable {
    private let set: BatchRead<JobKey, Result<JobDetails?, any Error>>
    private let others: OtherJobs

    package init(database: Database, time: Time) {
        set = BatchRead(database) { try $0.jobs.details(of: $1) }
        others = OtherJobs(database: database, time: time)
    }

    /// Returns nil if the account has no such job.
    package func callAsFunction(_ id: ID<Job>, of account: ID<Account>) async throws -> JobDetails? {
        guard var details = try await set(JobKey(id: id, account: account)).get() else { return nil }
        if details.job.state == .queued {
            details.queuePosition = try await others.before(details.job) + (details.queuePosition ?? 0)
            if try await others.isOverBudget(details.job) { details.waitingFor = .providerCost }
        }
        if !details.job.state.isTerminal {
            details.usualDuration = try await others.usualDuration(of: details.job.endpoint)
        }
        return details
    }
}

/// What is known of all jobs, cached for a moment: which are first in the queue, and how long an endpoint usually
/// takes.
private final class OtherJobs: Sendable {
    private struct Cached<Value: Sendable>: Sendable {
        let value: Value
        var readAt: Instant

        /// Returns nil if it is too old: then this caller reads it again, and others use the old value meanwhile.
        mutating func use(for age: Duration, now: Instant) -> Value? {
            if now - readAt < age { return value }
            readAt = now
            return nil
        }
    }

    private struct State {
        var queues: [ProviderName: Cached<[QueueKey]>] = [:]
        var durations: [EndpointID: Cached<Duration?>] = [:]
        var isOverBudget: Cached<Bool>?
    }

    private let database: Database
    private let time: Time
    private let state = Mutex(State())

    init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    /// Jobs that are claimed before this one, counted up to 1,000.
    func before(_ job: Job) async throws -> Int {
        let queue = try await queue(of: job.provider)
        let key = QueueKey(orderAt: job.orderAt, id: job.id)
        var (low, high) = (0, queue.count)
        while low < high {
            let middle = (low + high) / 2
            if queue[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func usualDuration(of endpoint: EndpointID) async throws -> Duration? {
        let now = time.now()
        // That no duration is known is cached too.
        if let known = state.withLock({ $0.durations[endpoint]?.use(for: .seconds(5), now: now) }) { return known }
        let duration = try await database.read { try $0.jobs.usualDuration(of: endpoint) }
        state.withLock { $0.durations[endpoint] = Cached(value: duration, readAt: now) }
        return duration
    }

    /// Whether it could be processed now, but jobs wait for the daily provider budget.
    func isOverBudget(_ job: Job) async throws -> Bool {
        let now = time.now()
        guard job.slotAt != nil, job.runAt <= now else { return false }
        if let known = state.withLock({ $0.isOverBudget?.use(for: .seconds(1), now: now) }) { return known }
        let isOverBudget = try await database.read { try $0.jobs.providerCosts(at: now).reachedAt != nil }
        state.withLock { $0.isOverBudget = Cached(value: isOverBudget, readAt: now) }
        return isOverBudget
    }

    private func queue(of provider: ProviderName) async throws -> [QueueKey] {
        let now = time.now()
        if let known = state.withLock({ $0.queues[provider]?.use(for: .milliseconds(250), now: now) }) { return known }
        let queue = try await database.read { try $0.jobs.headOfQueue(of: provider) }
        state.withLock { $0.queues[provider] = Cached(value: queue, readAt: now) }
        return queue
    }
}
