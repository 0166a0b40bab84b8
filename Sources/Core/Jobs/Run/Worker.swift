package import Logging
package import SQL
import ServiceLifecycle
import Synchronization

/// Processes jobs: claims what is queued and submits it, advances what is due. Any number of workers, in any number of
/// processes, share the work through the database alone.
package final class Worker: Service {
    /// The kinds of work that a worker takes in a round. Each may fail while the others go on.
    private enum WorkKind: Hashable {
        case claims, due, overdue
    }

    private struct InFlight {
        var submissions = 0
        var advances = 0
        var introduced: Set<ProviderName> = []
        var lookedForOverdueAt: Instant?
        /// When it was last logged that no work can be taken, as while the database is unavailable.
        var complainedAt: [WorkKind: Instant] = [:]
    }

    private let database: Database
    private let providers: Providers
    private let submitAttempt: SubmitAttempt
    private let advanceAttempt: AdvanceAttempt
    private let rules: WorkRules
    private let budget: ProviderBudget?
    private let time: Time
    private let notifier: Notifier
    private let logger: Logger
    private let inFlight = Mutex(InFlight())
    private let isShuttingDown = Mutex(false)

    package init(
        database: Database, providers: Providers, submitAttempt: SubmitAttempt, advanceAttempt: AdvanceAttempt,
        rules: WorkRules,
        budget: ProviderBudget? = nil, time: Time, notifier: Notifier, logger: Logger
    ) {
        self.database = database
        self.providers = providers
        self.submitAttempt = submitAttempt
        self.advanceAttempt = advanceAttempt
        self.rules = rules
        self.budget = budget
        self.time = time
        self.notifier = notifier
        self.logger = logger
    }

    /// Runs until graceful shutdown: then no new work is admitted, what was claimed but not sent is returned, and what
    /// is in flight is finished or, when the task is cancelled, released.
    package func run() async throws {
        let signals = notifier.listen()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tick() }
            for await _ in signals.cancelOnGracefulShutdown() {
                await self.startWork(in: &group)
            }
            // What is in flight is not cancelled: a submission without its response would be in doubt for minutes.
            self.isShuttingDown.withLock { $0 = true }
        }
    }

    /// Runs one round to its end and returns how many things were done. For tests and for `worker --once`.
    @discardableResult
    package func runOnce() async throws -> Int {
        let claims = try await claim()
        let due = try await takeDue()
        await withTaskGroup(of: Void.self) { group in
            for claim in claims { group.addTask { await self.hand(claim) } }
            for attempt in due { group.addTask { await self.follow(attempt) } }
        }
        return try await claims.count + due.count + failOverdue()
    }

    private func tick() async {
        while !Task.isCancelled, !isShuttingDown.withLock({ $0 }) {
            notifier.workersHere()
            do { try await cancelWhenGracefulShutdown { try await self.time.sleep(self.rules.idle) } } catch { return }
        }
    }

    /// A failure does not stop the others: all work that was taken is done.
    private func startWork(in group: inout TaskGroup<Void>) async {
        async let claims = orNothing(.claims) { try await self.claim() }
        async let due = orNothing(.due) { try await self.takeDue() }
        for claim in await claims { group.addTask { await self.hand(claim) } }
        for attempt in await due { group.addTask { await self.follow(attempt) } }
        if isTimeForOverdue() {
            group.addTask { _ = await self.orNothing(.overdue) { [try await self.failOverdue()] } }
        }
    }

    private func orNothing<Element: Sendable>(
        _ kind: WorkKind, _ take: @Sendable () async throws -> [Element]
    ) async -> [Element] {
        do {
            let taken = try await take()
            if inFlight.withLock({ $0.complainedAt.removeValue(forKey: kind) }) != nil {
                logger.notice("worker reads work again", metadata: ["work": "\(kind)"])
            }
            return taken
        } catch {
            if isTimeToComplain(of: kind) {
                logger.error("worker could not read work", metadata: ["work": "\(kind)", "error": "\(error)"])
            }
            return []
        }
    }

    /// It retries several times a second, and logs it once a minute.
    private func isTimeToComplain(of kind: WorkKind) -> Bool {
        let now = time.now()
        return inFlight.withLock { inFlight in
            if let last = inFlight.complainedAt[kind], now < last + .seconds(60) { return false }
            inFlight.complainedAt[kind] = now
            return true
        }
    }

    private func claim() async throws -> [Claim] {
        var all: [Claim] = []
        var failure: (any Error)?
        let snapshot = try await budget?.snapshot()
        for entry in providers.entries {
            let free = rules.concurrency - inFlight.withLock { $0.submissions }
            guard free > 0 else { break }
            do { all += try await claim(free, of: entry, snapshot) } catch { failure = error }
        }
        // What was claimed is to be sent in any case; the next round meets the error again.
        if let failure, all.isEmpty { throw failure }
        return all
    }

    private func claim(_ free: Int, of entry: Providers.Entry, _ budget: BudgetSnapshot?) async throws -> [Claim] {
        let (served, provider) = (entry.serves, entry.provider)
        try await introduce(provider.name)
        let now = time.now()
        let until = now + rules.lease
        let (claims, isFirstHeldBack) = try await database.write(order: .alone) { transaction -> ([Claim], Bool) in
            guard try transaction.jobs.takeTurn(at: provider.name) else { return ([], false) }
            let underWay = try transaction.jobs.attemptsUnderWay(at: provider.name, upTo: provider.concurrency)
            let room = min(free, provider.concurrency - underWay)
            guard room > 0 else { return ([], false) }
            return try transaction.jobs.claimJobs(
                room, served: served, by: provider.name, now: now, leaseUntil: until, budget: budget)
        }
        if isFirstHeldBack { reportBrake() }
        inFlight.withLock { $0.submissions += claims.count }
        return claims
    }

    private func reportBrake() {
        logger.error(
            "daily provider budget reached; jobs wait until midnight UTC",
            metadata: ["microdollars": "\(budget?.limit.rawValue ?? 0)"])
    }

    private func introduce(_ provider: ProviderName) async throws {
        guard inFlight.withLock({ !$0.introduced.contains(provider) }) else { return }
        try await database.write(order: .alone) { try $0.jobs.introduce(provider) }
        inFlight.withLock { _ = $0.introduced.insert(provider) }
    }

    private func takeDue() async throws -> [DueAttempt] {
        let free = rules.concurrency - inFlight.withLock { $0.advances }
        guard free > 0 else { return [] }
        let now = time.now()
        let until = now + rules.lease
        let due = try await database.write(order: .alone) { try $0.jobs.takeDueAttempts(free, now: now, until: until) }
        inFlight.withLock { $0.advances += due.count }
        return due
    }

    private func hand(_ claim: Claim) async {
        var due: DueAttempt?
        do {
            due = try await submitAttempt(claim, isShuttingDown: isShuttingDown.withLock { $0 })
        } catch {
            // Whether it was sent is unknown here; the end of its lease lets another worker decide.
            logger.error("submission failed", metadata: ["attempt": "\(claim.attempt)", "error": "\(error)"])
        }
        inFlight.withLock { inFlight in
            inFlight.submissions -= 1
            if due != nil { inFlight.advances += 1 }
        }
        if let due { return await follow(due) }
        notifier.workersHere()
    }

    private func follow(_ due: DueAttempt) async {
        do {
            try await advanceAttempt(due)
        } catch {
            logger.error(
                "attempt not advanced", metadata: ["attempt": "\(due.attempt.id)", "error": "\(error)"])
            let again = time.now() + (isShuttingDown.withLock { $0 } ? .zero : .seconds(2))
            do {
                try await database.write(of: due.job.account) {
                    try $0.jobs.release(due.lease, of: due.attempt.id, dueAt: again)
                }
            } catch {
                logger.error(
                    "lease not released; it expires by itself",
                    metadata: ["attempt": "\(due.attempt.id)", "error": "\(error)"])
            }
        }
        inFlight.withLock { $0.advances -= 1 }
        notifier.workersHere()
    }

    /// Not at every wake-up, since deadlines are hours away.
    private func isTimeForOverdue() -> Bool {
        let now = time.now()
        return inFlight.withLock { inFlight in
            if let last = inFlight.lookedForOverdueAt, now < last + rules.idle { return false }
            inFlight.lookedForOverdueAt = now
            return true
        }
    }

    /// Fails jobs whose time ran out while they waited for another attempt.
    private func failOverdue() async throws -> Int {
        let now = time.now()
        let overdue = try await database.read { try $0.jobs.overdueJobs(now: now, limit: 32) }
        for job in overdue {
            try await database.write(of: job.account) { try $0.jobs.failOverdue(job.id, now: now) }
        }
        return overdue.count
    }
}
