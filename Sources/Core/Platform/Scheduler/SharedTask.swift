import SQL

/// A scheduled task's turn, as seen by one of the nodes that could run it.
struct SharedTask: Sendable {
    enum Outcome: Sendable, Hashable {
        case done
        /// There is nothing to do here before then.
        case wait(until: Instant)
    }

    /// How long a node may be silent before its turn passes to another.
    static let lease = Duration.seconds(60)

    private let task: ScheduledTask
    private let node: ID<Node>
    private let database: Database
    private let time: Time

    init(_ task: ScheduledTask, node: ID<Node>, database: Database, time: Time) {
        self.task = task
        self.node = node
        self.database = database
        self.time = time
    }

    /// Runs the task if it is due and no other node runs it. An error of the task ends the turn too: it is retried at
    /// the next.
    func callAsFunction() async throws -> Outcome {
        let now = time.now()
        if let until = try await notBefore(now) { return .wait(until: until) }
        let name = task.name
        let isClaimed = try await database.write(order: .alone) { [node] in
            try $0.scheduler.claimTask(name, by: node, now: now, until: now + SharedTask.lease)
        }
        guard isClaimed else { return .wait(until: now + .seconds(1)) }
        do {
            try await runUnderLease()
        } catch {
            try await end(began: now, isCutOff: Task.isCancelled)
            throw error
        }
        try await end(began: now, isCutOff: Task.isCancelled)
        return .done
    }

    /// Returns nil if it is due now. Read first and not just attempted, since on most nodes it is not due.
    private func notBefore(_ now: Instant) async throws -> Instant? {
        let name = task.name
        guard let status = try await database.read({ try $0.scheduler.taskStatus(name) }) else {
            let first = now + task.every
            try await database.write(order: .alone) { try $0.scheduler.insertTask(name, dueAt: first) }
            return first
        }
        let free = max(status.dueAt, status.leaseUntil ?? status.dueAt)
        return free > now ? free : nil
    }

    private func runUnderLease() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await task.run()
                return true
            }
            group.addTask {
                try await keepLease()
                return false
            }
            defer { group.cancelAll() }
            // Whichever comes first: the task is done, or its turn has passed to another node.
            _ = try await group.next()
        }
    }

    /// Returns when the lease is lost: this node was stopped for too long.
    private func keepLease() async throws {
        let name = task.name
        repeat {
            try await time.sleep(SharedTask.lease / 3)
        } while try await database.write(
            order: .alone, { [node, until =
                time.now() + SharedTask.lease] in try $0.scheduler.renewTask(name, by: node, until: until) })
    }

    private func end(began: Instant, isCutOff: Bool) async throws {
        let name = task.name
        let next = began + task.every
        try await database.write(order: .alone) { [node] transaction in
            if isCutOff { return try transaction.scheduler.returnTask(name, by: node) }
            try transaction.scheduler.endTask(name, by: node, began: began, dueAt: next)
        }
    }
}
