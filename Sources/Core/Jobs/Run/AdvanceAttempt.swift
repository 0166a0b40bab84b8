package import SQL
package import Logging

/// Does what is due on an attempt after it was submitted: polls the provider, sends a cancel, settles a result,
/// abandons what is lost or past its deadline.
package struct AdvanceAttempt: Sendable {
    private let database: Database
    private let providers: Providers
    private let settle: SettleJob
    private let rules: WorkRules
    private let time: Time
    private let logger: Logger
    private let reports = SharedPollReports()
    private let responded: BatchWrite<Responded, Bool>

    package init(
        database: Database, providers: Providers, settle: SettleJob, rules: WorkRules, time: Time, logger: Logger
    ) {
        self.database = database
        self.providers = providers
        self.settle = settle
        self.rules = rules
        self.time = time
        self.logger = logger
        responded = BatchWrite { transaction, items in
            let recorded = try transaction.jobs.record(items)
            return items.map { .success(recorded.contains($0.attempt)) }
        }
    }

    package func callAsFunction(_ due: DueAttempt) async throws {
        let (attempt, job) = (due.attempt, due.job)
        guard let provider = providers.named(attempt.provider) else {
            logger.error(
                "provider not configured",
                metadata: ["provider": "\(attempt.provider)", "attempt": "\(attempt.id)"])
            return try await giveUpIfOverdue(due, job, nil)
        }
        if job.state != .processing { return try await endLeftOver(due, job, provider) }
        if job.isOverdue(at: time.now()), attempt.state != .responded { return try await timeOut(due, job, provider) }
        switch attempt.state {
        case .submitting: try await rescue(due, job, provider)
        case .noResponse: try await lose(due, job)
        case .submitted where job.cancelRequestedAt != nil: try await cancel(due, job, provider)
        case .submitted: try await poll(due, job, provider)
        case .responded: try await settleOrGiveUp(due, job, provider)
        case .succeeded, .failed, .lost, .cancelled, .returned: return
        }
    }

    /// Its worker died or is too slow. It is unknown whether the submission was sent, so it is not sent again.
    private func rescue(_ due: DueAttempt, _ job: Job, _ provider: any Provider) async throws {
        let now = time.now()
        try await database.write(of: job.account) {
            guard try $0.jobs.holds(due.lease, of: due.attempt.id) else { return }
            try $0.jobs.recordNoResponse(
                due.attempt.id, reason: "worker lost during submission", cost: due.attempt.cost, now: now,
                dueAt: now + provider.webhookTimeout)
        }
    }

    private func poll(_ due: DueAttempt, _ job: Job, _ provider: any Provider) async throws {
        guard let reference = reference(due) else { return try await lose(due, job) }
        let response = await provider.poll(reference)
        let now = time.now()
        report(response, of: due, now)
        switch response {
        case .running(let progress):
            // The client that cancelled is waiting for the outcome.
            let interval = provider.pollInterval(after: due.attempt.pollCount + 1)
            let wait = job.cancelRequestedAt == nil ? interval : min(interval, .seconds(1))
            let next = min(now + wait, job.deadlineAt ?? .distantFuture)
            try await database.write(of: job.account) {
                _ = try $0.jobs.recordProgress(progress, of: due, unusableSince: nil, dueAt: next)
            }
        case .ended(let payload):
            let item = Responded(
                attempt: due.attempt.id, account: job.account, lease: due.lease, requestID: reference.requestID,
                payload: payload,
                cost: due.attempt.cost, now: now)
            guard try await database.write(item, by: responded, order: .account(job.account)) else { return }
            let responded = due.attempt.responded(payload, requestID: reference.requestID, now: now)
            try await settleOrGiveUp(DueAttempt(attempt: responded, job: job, lease: due.lease), job, provider)
        case .notFound:
            try await lose(due, job)
        case .unavailable(let reason, let retryAfter):
            let wait = max(provider.pollInterval(after: due.attempt.pollCount + 2), retryAfter ?? .zero)
            try await pollLater(due, job, reason, unusableSince: due.attempt.unusableSince, at: now + wait)
        case .unusable(let failure, let timeout):
            let since = due.attempt.unusableSince ?? now
            guard now - since < timeout else { return try await giveUp(due, job, failure, reference, provider) }
            let wait = provider.pollInterval(after: due.attempt.pollCount + 2)
            try await pollLater(due, job, failure.message, unusableSince: since, at: min(now + wait, since + timeout))
        }
    }

    /// The operator is told once of what only the operator can correct.
    private func report(_ response: PollResult, of due: DueAttempt, _ now: Instant) {
        guard let report = reports.report(response, of: due.attempt.provider, at: now) else { return }
        logger.error("\(report.kind.rawValue)", metadata: [
            "provider": "\(due.attempt.provider)", "attempt": "\(due.attempt.id)", "reason": "\(report.reason)",
            "code": "\(report.code?.rawValue ?? "none")",
        ])
    }

    private func pollLater(
        _ due: DueAttempt, _ job: Job, _ reason: String, unusableSince: Instant?, at instant: Instant
    ) async throws {
        logger.warning("provider not polled", metadata: ["attempt": "\(due.attempt.id)", "reason": "\(reason)"])
        let deadline = job.cancelRequestedAt.map { $0 + rules.cancelTimeout }
        let next = min(instant, job.deadlineAt ?? .distantFuture, deadline ?? .distantFuture)
        try await database.write(of: job.account) {
            _ = try $0.jobs.recordProgress(ProviderProgress(), of: due, unusableSince: unusableSince, dueAt: next)
        }
    }

    /// Nothing could be learned from the provider's responses for too long. What it may still make is the operator's
    /// cost, so it is asked to stop.
    private func giveUp(
        _ due: DueAttempt, _ job: Job, _ failure: ProviderFailure, _ reference: ProviderReference,
        _ provider: any Provider
    ) async throws {
        _ = await provider.cancel(reference)
        logger.warning("attempt failed", metadata: [
            "job": "\(job.id)", "attempt": "\(due.attempt.id)", "code": "\(failure.code.rawValue)",
            "reason": "\(failure.message)",
        ])
        let retry = failure.isTransient ? rules.retries.retry(after: failure.retryAfter) : .never
        try await endUnderLease(due, job, .failed(.provider(failure), retry: retry))
    }

    private func cancel(_ due: DueAttempt, _ job: Job, _ provider: any Provider) async throws {
        let now = time.now()
        guard let reference = reference(due), let requestedAt = job.cancelRequestedAt else {
            return try await lose(due, job)
        }
        if now - requestedAt >= rules.cancelTimeout { return try await end(due, .cancelled) }
        // The cancel was sent already: the provider's status decides.
        if due.attempt.cancelSentAt != nil { return try await poll(due, job, provider) }
        switch await provider.cancel(reference) {
        case .dropped, .notFound:
            try await end(due, .cancelled)
        case .requested, .tooLate:
            let next = time.now() + .milliseconds(200)
            try await database.write(of: job.account) {
                try $0.jobs.recordCancelSent(due.attempt.id, now: now, dueAt: next)
            }
        case .unavailable(let reason):
            logger.warning(
                "cancel not sent to the provider", metadata: ["attempt": "\(due.attempt.id)", "reason": "\(reason)"])
            let next = min(now + .seconds(2), requestedAt + rules.cancelTimeout)
            try await database.write(of: job.account) {
                try $0.jobs.release(due.lease, of: due.attempt.id, dueAt: next)
            }
        }
    }

    /// What cannot be settled is retried, until the deadline: otherwise its job would wait forever, with its credits
    /// reserved.
    private func settleOrGiveUp(_ due: DueAttempt, _ job: Job, _ provider: any Provider) async throws {
        do {
            try await settleUnderLease(due, job, provider)
        } catch {
            guard !Task.isCancelled, job.isOverdue(at: time.now()) else { throw error }
            logger.error(
                "result abandoned", metadata: ["job": "\(job.id)", "attempt": "\(due.attempt.id)", "error": "\(error)"])
            try await end(due, .failed(.storageFailed))
        }
    }

    /// Storing takes longer than other actions, so the lease is renewed while it goes on.
    private func settleUnderLease(_ due: DueAttempt, _ job: Job, _ provider: any Provider) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await settle(due, provider: provider)
                return true
            }
            group.addTask {
                try await keepLease(due, of: job.account)
                return false
            }
            // At a shutdown the task that keeps the lease ends first. The settlement's outcome still counts then: an
            // error of it is the reason to release the lease.
            while let isSettled = try await group.next(), !isSettled {}
            group.cancelAll()
        }
    }

    private func keepLease(_ due: DueAttempt, of account: ID<Account>) async throws {
        while true {
            do { try await time.sleep(rules.lease * 0.3) } catch { return }
            let until = time.now() + rules.lease
            // The lease is lost: the settlement will find that it changes nothing.
            guard try await database.write(
                of: account, { try $0.jobs.renew(due.lease, of: due.attempt.id, until: until) })
            else {
                try? await time.sleep(.seconds(3600))
                return
            }
        }
    }

    private func lose(_ due: DueAttempt, _ job: Job) async throws {
        logger.warning("attempt lost", metadata: ["job": "\(job.id)", "attempt": "\(due.attempt.id)"])
        let isRepeatable = try await database.read { try $0.jobs.isRepeatable(job.kind) }
        try await endUnderLease(due, job, .lost(retry: isRepeatable ? rules.retries.retry() : .never))
    }

    /// Unless the webhook has brought the result, or another worker has taken the attempt.
    private func endUnderLease(_ due: DueAttempt, _ job: Job, _ end: AttemptEnd) async throws {
        let now = time.now()
        try await database.write(of: job.account) { transaction in
            guard try transaction.jobs.holds(due.lease, of: due.attempt.id) else { return }
            try transaction.jobs.end(due.attempt.id, of: job, end, now: now)
        }
    }

    private func timeOut(_ due: DueAttempt, _ job: Job, _ provider: any Provider) async throws {
        if let reference = reference(due) { _ = await provider.cancel(reference) }
        logger.warning("job past its deadline", metadata: ["job": "\(job.id)"])
        try await end(due, .timedOut(.failed))
    }

    private func giveUpIfOverdue(_ due: DueAttempt, _ job: Job, _ provider: (any Provider)?) async throws {
        guard let deadline = job.deadlineAt, deadline > time.now() else {
            return try await end(due, .timedOut(.lost))
        }
        let next = min(deadline, time.now() + .seconds(60))
        try await database.write(of: job.account) { try $0.jobs.release(due.lease, of: due.attempt.id, dueAt: next) }
    }

    private func end(_ due: DueAttempt, _ end: AttemptEnd) async throws {
        let now = time.now()
        try await database.write(of: due.job.account) { try $0.jobs.end(due.attempt.id, of: due.job, end, now: now) }
    }

    /// The job ended without this attempt: what it made is the operator's cost.
    private func endLeftOver(_ due: DueAttempt, _ job: Job, _ provider: any Provider) async throws {
        if due.attempt.state == .submitted, let reference = reference(due) { _ = await provider.cancel(reference) }
        let now = time.now()
        try await database.write(of: job.account) {
            _ = try $0.jobs.end(due.attempt.id, due.attempt.state == .responded ? .succeeded : .cancelled, now: now)
        }
    }

    private func reference(_ due: DueAttempt) -> ProviderReference? {
        due.attempt.requestID.map { ProviderReference(endpoint: due.attempt.endpoint, requestID: $0) }
    }
}

extension JobStatements {
    fileprivate func isRepeatable(_ kind: KindName) throws(DatabaseError) -> Bool {
        try queryOne("SELECT repeatable FROM kinds WHERE name = $1", kind)?.get("repeatable", as: Int.self) == 1
    }
}
