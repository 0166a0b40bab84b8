package import SQL
package import Logging

/// Settles an attempt that has its provider's result: stores the outputs, then completes or fails the job, captures
/// what was delivered and releases the rest, in one transaction.
package struct SettleJob: Sendable {
    package typealias Store = @Sendable (OutputSource) async throws -> StoreOutcome

    private let database: Database
    private let store: Store
    private let rules: WorkRules
    private let time: Time
    private let logger: Logger
    /// Jobs that end together are settled together.
    private let completions: BatchWrite<Completion, Bool>

    package init(database: Database, store: @escaping Store, rules: WorkRules, time: Time, logger: Logger) {
        self.database = database
        self.store = store
        self.rules = rules
        self.time = time
        self.logger = logger
        completions = BatchWrite { transaction, items in try transaction.jobs.complete(items).map { .success($0) } }
    }

    package func callAsFunction(_ due: DueAttempt, provider: any Provider) async throws {
        let job = due.job
        guard let payload = due.attempt.response else { return }
        switch provider.outcome(of: payload) {
        case .failed(let failure) where failure.code == .cancelled && job.cancelRequestedAt != nil:
            try await end(due, .cancelled)
        case .failed(let failure) where failure.code == .cancelled && job.isOverdue(at: time.now()):
            // It was cancelled for its deadline: the provider's webhook can come before that cancel's response.
            try await end(due, .timedOut(.failed))
        case .failed(let failure):
            try await fail(due, .provider(failure), isTransient: failure.isTransient, retryAfter: failure.retryAfter)
        case .delivered(let files, let seed):
            try await deliver(Array(files.prefix(job.outputsAsked)), due, job, seed)
        }
    }

    private func deliver(_ files: [ProviderFile], _ due: DueAttempt, _ job: Job, _ seed: UInt64?) async throws {
        guard !files.isEmpty else { return try await fail(due, .nothingDelivered, isTransient: true) }
        let safe = files.enumerated().filter { !$0.element.isFlagged }
        guard !safe.isEmpty else { return try await fail(due, .flagged, isTransient: false) }
        let outcomes = try await storeAll(safe.map {
            OutputSource(
                job: job.id, account: job.account, index: $0.offset, url: $0.element.url,
                provider: due.attempt.provider)
        })
        var outputs: [NewOutput] = []
        var broken: (reason: String, isTransient: Bool)?
        for outcome in outcomes {
            switch outcome {
            case .stored(let output): outputs.append(output)
            case .broken(let reason, let isTransient): broken = (reason, isTransient || broken?.isTransient == true)
            case .unsafe: continue
            case .storeUnavailable(let reason): return try await waitForStore(due, job, reason)
            }
        }
        if let broken, broken.isTransient, due.attempt.storeTries + 1 < rules.storeTries {
            return try await tryAgain(due, job, broken.reason)
        }
        guard !outputs.isEmpty else {
            guard let broken else { return try await fail(due, .flagged, isTransient: false) }
            return try await fail(due, .downloadFailed(broken.reason), isTransient: true)
        }
        try await complete(due, job, outputs, seed)
    }

    private func storeAll(_ sources: [OutputSource]) async throws -> [StoreOutcome] {
        try await withThrowingTaskGroup(of: (Int, StoreOutcome).self) { group in
            for (position, source) in sources.enumerated() {
                group.addTask { (position, try await store(source)) }
            }
            var outcomes: [(Int, StoreOutcome)] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func complete(_ due: DueAttempt, _ job: Job, _ outputs: [NewOutput], _ seed: UInt64?) async throws {
        let completion = Completion(
            attempt: due.attempt.id, job: job, outputs: outputs, seed: seed, now: time.now())
        let isCompleted = try await database.write(completion, by: completions, order: .account(job.account))
        if isCompleted { logger.info("job completed", metadata: ["job": "\(job.id)", "outputs": "\(outputs.count)"]) }
    }

    private func tryAgain(_ due: DueAttempt, _ job: Job, _ reason: String) async throws {
        let next = time.now() + rules.storeDelay * (1 << due.attempt.storeTries)
        logger.warning("output not fetched", metadata: ["attempt": "\(due.attempt.id)", "reason": "\(reason)"])
        try await database.write(of: job.account) { try $0.jobs.recordStoreFailure(due, reason: reason, dueAt: next) }
    }

    /// The result exists and is paid for, so it is worth waiting for a disk until the deadline.
    private func waitForStore(_ due: DueAttempt, _ job: Job, _ reason: String) async throws {
        let now = time.now()
        if job.isOverdue(at: now) {
            return try await fail(due, .storageFailed, isTransient: false)
        }
        logger.error("output not stored", metadata: ["attempt": "\(due.attempt.id)", "reason": "\(reason)"])
        try await database.write(of: job.account) {
            try $0.jobs.release(due.lease, of: due.attempt.id, dueAt: now + .seconds(5))
        }
    }

    private func fail(
        _ due: DueAttempt, _ failure: JobFailure, isTransient: Bool, retryAfter: Duration? = nil
    ) async throws {
        logger.warning("attempt failed", metadata: [
            "job": "\(due.job.id)", "attempt": "\(due.attempt.id)", "code": "\(failure.code)",
            "reason": "\(failure.reason)"])
        try await end(due, .failed(failure, retry: isTransient ? rules.retries.retry(after: retryAfter) : .never))
    }

    private func end(_ due: DueAttempt, _ end: AttemptEnd) async throws {
        let now = time.now()
        try await database.write(of: due.job.account) { try $0.jobs.end(due.attempt.id, of: due.job, end, now: now) }
    }
}
