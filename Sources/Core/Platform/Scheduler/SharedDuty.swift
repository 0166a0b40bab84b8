import SQL

/// A duty's turn, as one of the nodes that could do it sees it.
struct SharedDuty: Sendable {
    enum Outcome: Sendable, Hashable {
        case done
        /// There is nothing to do here before then.
        case wait(until: Instant)
    }

    /// How long a node may be silent before its turn is another's.
    static let lease = Duration.seconds(60)

    private let duty: Duty
    private let node: ID<Node>
    private let database: Database
    private let time: Time

    init(_ duty: Duty, node: ID<Node>, database: Database, time: Time) {
        self.duty = duty
        self.node = node
        self.database = database
        self.time = time
    }

    /// Does it if it is due and nobody else is at it. An error of its own ends the turn too: it is tried again at the next.
    func callAsFunction() async throws -> Outcome {
        let now = time.now()
        if let until = try await notBefore(now) { return .wait(until: until) }
        let name = duty.name
        guard try await database.write(order: .alone, { [node] in try $0.takeDuty(name, by: node, now: now, until: now + SharedDuty.lease) })
        else { return .wait(until: now + .seconds(1)) }
        do {
            try await runUnderLease()
        } catch {
            try await end(began: now, isCutOff: Task.isCancelled)
            throw error
        }
        try await end(began: now, isCutOff: Task.isCancelled)
        return .done
    }

    /// Nothing when it is due now. Read and not tried, since on most nodes it is not.
    private func notBefore(_ now: Instant) async throws -> Instant? {
        let name = duty.name
        guard let standing = try await database.read({ try $0.dutyStanding(name) }) else {
            let first = now + duty.every
            try await database.write(order: .alone) { try $0.insertDuty(name, dueAt: first) }
            return first
        }
        let free = max(standing.dueAt, standing.leaseUntil ?? standing.dueAt)
        return free > now ? free : nil
    }

    private func runUnderLease() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await duty.run()
                return true
            }
            group.addTask {
                try await keepLease()
                return false
            }
            defer { group.cancelAll() }
            // Whoever comes first: the duty is done, or its turn is another node's.
            _ = try await group.next()
        }
    }

    /// Until the lease is lost: this node stood still for too long.
    private func keepLease() async throws {
        let name = duty.name
        repeat {
            try await time.sleep(SharedDuty.lease / 3)
        } while try await database.write(order: .alone, { [node, until = time.now() + SharedDuty.lease] in try $0.renewDuty(name, by: node, until: until) })
    }

    private func end(began: Instant, isCutOff: Bool) async throws {
        let name = duty.name
        let next = began + duty.every
        try await database.write(order: .alone) { [node] transaction in
            if isCutOff { return try transaction.putBackDuty(name, by: node) }
            try transaction.endDuty(name, by: node, began: began, dueAt: next)
        }
    }
}
