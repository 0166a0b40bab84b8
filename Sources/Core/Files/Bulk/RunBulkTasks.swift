package import Logging
package import SQL

/// Makes the batches of bulk tasks. Each batch is a transaction with its progress, so a crash loses nothing and repeats
/// nothing; a task whose node is gone is another's when its lease has ended.
package struct RunBulkTasks: Sendable {
    private let database: Database
    private let time: Time
    private let logger: Logger
    private let batch: Int

    /// Of batches, before a task returns to the others that wait.
    static let turn = 10
    /// Of batches that fail one after the other, before their task does.
    static let mostTries = 10
    /// Of turns in a run.
    private static let mostTurns = 200

    package init(database: Database, time: Time, logger: Logger, batch: Int = 1000) {
        self.database = database
        self.time = time
        self.logger = logger
        self.batch = batch
    }

    /// Works until nothing is due. Returns how many turns it took.
    @discardableResult
    package func runOnce() async throws -> Int {
        for turns in 0..<Self.mostTurns {
            guard !Task.isCancelled, let claim = try await claim() else { return turns }
            try await work(on: claim)
        }
        return Self.mostTurns
    }

    /// - Parameter batches: After which the task returns to those that wait.
    func work(on claim: BulkClaim, batches: Int = RunBulkTasks.turn) async throws {
        do {
            for _ in 0..<batches {
                let matched = try await count(claim)
                guard try await advance(claim, matched: matched) else { return }
                if Task.isCancelled { break }
            }
            let now = time.now()
            try await database.write(order: .alone) { try $0.files.returnBulkTask(claim, dueAt: now, tries: 0) }
        } catch {
            try await failed(claim, error)
        }
    }

    private func claim() async throws -> BulkClaim? {
        let now = time.now()
        guard try await database.read({ try $0.files.hasDueBulkTask(now) }) else { return nil }
        let lease = ID<BulkClaim>.random()
        return try await database.write(order: .alone) {
            try $0.files.claimBulkTask(lease, now: now, until: now + BulkClaim.time)
        }
    }

    /// Returns false if there is nothing more to do here: the task has ended, or another node has it.
    private func advance(_ claim: BulkClaim, matched: Int?) async throws -> Bool {
        let (now, batch) = (time.now(), batch)
        return try await database.write(of: claim.account) { transaction in
            guard let task = try transaction.files.lockBulkTask(claim) else { return false }
            let after = try transaction.files.advance(task, matched: matched, limit: batch, now: now)
            try transaction.files.updateBulkTask(after, until: now + BulkClaim.time)
            return !after.state.isEnded
        }
    }

    /// How many assets a task will have come to: those so far, and those that are still to come. Counted once, a batch
    /// at a time, and not before its first batch was not its only one.
    private func count(_ claim: BulkClaim) async throws -> Int? {
        let (account, limit) = (claim.account, batch)
        guard let task = try await database.read({ try $0.files.bulkTask(claim.task, of: account) }),
            task.state == .running, task.matched == nil
        else { return nil }
        var (count, cursor) = (task.counts.done + task.counts.skipped, Optional(task.cursor))
        while let from = cursor {
            if Task.isCancelled { return nil }
            let page = try await database.read { [selection = task.selection] in
                try $0.files.ids(of: account, selection, after: from, limit: limit)
            }
            count += page.ids.count
            cursor = page.next
        }
        return count
    }

    /// Later and later, and at last never.
    private func failed(_ claim: BulkClaim, _ error: any Error) async throws {
        let now = time.now()
        let account = claim.account
        let tries = try await database.write(of: account) { transaction in
            guard let task = try transaction.files.lockBulkTask(claim) else { return 0 }
            let tries = task.tries + 1
            if tries < Self.mostTries {
                let wait = Duration.seconds(min(1 << tries, 300))
                try transaction.files.returnBulkTask(claim, dueAt: now + wait, tries: tries)
            } else {
                try transaction.files.failBulkTask(claim, now: now)
            }
            return tries
        }
        logger.warning("batch of a bulk task failed", metadata: [
            "task": "\(claim.task)", "tries": "\(tries)", "error": "\(error)",
        ])
    }
}
