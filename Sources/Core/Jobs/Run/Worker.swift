package import Logging
package import SQL
import ServiceLifecycle
import Synchronization

/// Processes jobs: claims what is queued and submits it, advances what is due. Any number of workers, in any number of
/// processes, share the work through the database alone.
package final class Worker: Service {
    /// The kinds of work that a worker takes in a round. Each may fail while the others go on.
    private enum Taking: Hashable {
        case claims, due, overdue
    }

    private struct InHand {
        var handOvers = 0
        var followUps = 0
        var introduced: Set<ProviderName> = []
        var lookedForOverdueAt: Instant?
        /// When it was last logged that no work can be taken, as while the database is unavailable.
        var complainedAt: [Taking: Instant] = [:]
    }

    private let database: Database
    private let providers: Providers
    private let handOver: HandOver
    private let followUp: FollowUp
    private let rules: WorkRules
    private let brake: CostBrake?
    private let time: Time
    private let wakeUp: WakeUp
    private let logger: Logger
    private let inHand = Mutex(InHand())
    private let isShuttingDown = Mutex(false)

    package init(
        database: Database, providers: Providers, handOver: HandOver, followUp: FollowUp, rules: WorkRules,
        brake: CostBrake? = nil, time: Time, wakeUp: WakeUp, logger: Logger
    ) {
        self.database = database
        self.providers = providers
        self.handOver = handOver
        self.followUp = followUp
        self.rules = rules
        self.brake = brake
        self.time = time
        self.wakeUp = wakeUp
        self.logger = logger
    }

    /// Runs until graceful shutdown: then no new work is admitted, what was claimed but not sent is returned, and what
    /// is in flight is finished or, when the task is cancelled, released.
    package func run() async throws {
        let wakeUps = wakeUp.listen()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tick() }
            for await _ in wakeUps.cancelOnGracefulShutdown() {
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
            wakeUp.workersHere()
            do { try await cancelWhenGracefulShutdown { try await self.time.sleep(self.rules.idle) } } catch { return }
        }
    }

    /// A failure does not stop the others: all work that was taken is done.
    private func startWork(in group: inout TaskGroup<Void>) async {
        async let claims = orNothing(.claims) { try await self.claim() }
        async let due = orNothing(.due) { try await self.takeDue() }
        for claim in await claims { group.addTask { await self.hand(claim) } }
        for attempt in await due { group.addTask { await self.follow(attempt) } }
        if isTimeForOverdue() { group.addTask { _ = await self.orNothing(.overdue) { [try await self.failOverdue()] } } }
    }

    private func orNothing<Element: Sendable>(
        _ taking: Taking, _ take: @Sendable () async throws -> [Element]
    ) async -> [Element] {
        do {
            let taken = try await take()
            if inHand.withLock({ $0.complainedAt.removeValue(forKey: taking) }) != nil {
                logger.notice("work is taken again", metadata: ["work": "\(taking)"])
            }
            return taken
        } catch {
            if isTimeToComplain(of: taking) {
                logger.error("no work could be taken", metadata: ["work": "\(taking)", "error": "\(error)"])
            }
            return []
        }
    }

    /// It retries several times a second, and logs it once a minute.
    private func isTimeToComplain(of taking: Taking) -> Bool {
        let now = time.now()
        return inHand.withLock { inHand in
            if let last = inHand.complainedAt[taking], now < last + .seconds(60) { return false }
            inHand.complainedAt[taking] = now
            return true
        }
    }

    private func claim() async throws -> [Claim] {
        var all: [Claim] = []
        let gauge = try await brake?.gauge()
        for (served, provider) in providers.serving {
            let free = rules.concurrency - inHand.withLock { $0.handOvers }
            guard free > 0 else { break }
            try await introduce(provider.name)
            let now = time.now()
            let until = now + rules.lease
            let (claims, isFirstHeldBack) = try await database.write(order: .alone) { transaction -> ([Claim], Bool) in
                guard try transaction.takeTurn(at: provider.name) else { return ([], false) }
                let underWay = try transaction.attemptsUnderWay(at: provider.name, upTo: provider.concurrency)
                let room = min(free, provider.concurrency - underWay)
                guard room > 0 else { return ([], false) }
                return try transaction.claimJobs(
                    room, served: served, by: provider.name, now: now, leaseUntil: until, gauge: gauge)
            }
            if isFirstHeldBack { reportBrake() }
            inHand.withLock { $0.handOvers += claims.count }
            all += claims
        }
        return all
    }

    private func reportBrake() {
        logger.error("providers may cost no more today; jobs wait until midnight UTC, or for a higher limit", metadata: [
            "microdollars": "\(brake?.limit ?? 0)"])
    }

    private func introduce(_ provider: ProviderName) async throws {
        guard inHand.withLock({ !$0.introduced.contains(provider) }) else { return }
        try await database.write(order: .alone) { try $0.introduce(provider) }
        inHand.withLock { _ = $0.introduced.insert(provider) }
    }

    private func takeDue() async throws -> [DueAttempt] {
        let free = rules.concurrency - inHand.withLock { $0.followUps }
        guard free > 0 else { return [] }
        let now = time.now()
        let until = now + rules.lease
        let due = try await database.write(order: .alone) { try $0.takeDueAttempts(free, now: now, until: until) }
        inHand.withLock { $0.followUps += due.count }
        return due
    }

    private func hand(_ claim: Claim) async {
        var due: DueAttempt?
        do {
            due = try await handOver(claim, isShuttingDown: isShuttingDown.withLock { $0 })
        } catch {
            // Whether it was sent is unknown here; the end of its lease lets another worker decide.
            logger.error("submission failed", metadata: ["attempt": "\(claim.attempt)", "error": "\(error)"])
        }
        inHand.withLock { inHand in
            inHand.handOvers -= 1
            if due != nil { inHand.followUps += 1 }
        }
        if let due { return await follow(due) }
        wakeUp.workersHere()
    }

    private func follow(_ due: DueAttempt) async {
        do {
            try await followUp(due)
        } catch {
            logger.error("attempt could not be advanced", metadata: ["attempt": "\(due.attempt.id)", "error": "\(error)"])
            let again = time.now() + (isShuttingDown.withLock { $0 } ? .zero : .seconds(2))
            do {
                try await database.write(of: due.job.account) { try $0.release(due.lease, of: due.attempt.id, dueAt: again) }
            } catch {
                logger.error("lease not released; it ends by itself", metadata: ["attempt": "\(due.attempt.id)", "error": "\(error)"])
            }
        }
        inHand.withLock { $0.followUps -= 1 }
        wakeUp.workersHere()
    }

    /// Not at every wake-up, since deadlines are hours away.
    private func isTimeForOverdue() -> Bool {
        let now = time.now()
        return inHand.withLock { inHand in
            if let last = inHand.lookedForOverdueAt, now < last + rules.idle { return false }
            inHand.lookedForOverdueAt = now
            return true
        }
    }

    /// Fails jobs whose time ran out while they waited for another attempt.
    private func failOverdue() async throws -> Int {
        let now = time.now()
        let overdue = try await database.read { try $0.overdueJobs(now: now, limit: 32) }
        for job in overdue {
            try await database.write(of: job.account) { try $0.failOverdue(job.id, now: now) }
        }
        return overdue.count
    }
}
