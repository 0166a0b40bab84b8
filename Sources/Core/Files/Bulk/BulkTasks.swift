package import Logging
package import SQL

/// Changes many assets of an account at once, and undoes that.
package struct BulkTasks: Sendable {
    package enum Outcome: Sendable, Hashable {
        case begun(BulkTask)
        /// The same request came before; its task, as it is now.
        case repeated(BulkTask)
    }

    /// Of an account that have not ended.
    package static let mostUnfinished = 5

    private let database: Database
    private let run: RunBulkTasks
    /// How long a task can be undone.
    private let lifetime: Duration
    private let time: Time
    private let logger: Logger

    package init(database: Database, run: RunBulkTasks, lifetime: Duration, time: Time, logger: Logger) {
        self.database = database
        self.run = run
        self.lifetime = lifetime
        self.time = time
        self.logger = logger
    }

    /// Begins a task, and makes its first batch: a small one is complete when this returns. What the account gets later
    /// does not belong to the selection.
    package func begin(
        _ action: BulkAction, _ selection: BulkSelection, by actor: Actor, idempotency: Idempotency? = nil
    ) async throws -> Outcome {
        let (now, account) = (time.now(), actor.account)
        let claim = BulkClaim(task: .make(at: now), account: account, lease: .random())
        let until = now + lifetime
        let known: ID<BulkTask>? = try await database.write(of: account) { transaction in
            if let idempotency, let stored = try transaction.idempotency.storedResponse(
                idempotency, of: account, now: now)
            {
                return ID(rawValue: stored.body)
            }
            guard try transaction.files.unfinishedBulkTasks(of: account) < Self.mostUnfinished else {
                throw BulkError.tooManyTasks(limit: Self.mostUnfinished)
            }
            let newest = try transaction.files.newestAsset(of: account)
            let task = BulkTask(
                id: claim.task, account: account, action: action, selection: selection, state: .queued,
                cursor: newest?.successor ?? ID(rawValue: ""), matched: nil, counts: BulkTask.Counts(),
                undoUntil: until, createdAt: now, endedAt: nil, tries: 0)
            try transaction.files.insertBulkTask(task, by: actor.user, claim, until: now + BulkClaim.time)
            if let idempotency {
                try transaction.idempotency.storeResponse(
                    StoredResponse(status: 202, body: claim.task.rawValue), idempotency, of: account, now: now)
            }
            return nil
        }
        if let known { return .repeated(try await find(known, of: account)) }
        await work(on: claim)
        return .begun(try await find(claim.task, of: account))
    }

    package func find(_ id: ID<BulkTask>, of account: ID<Account>) async throws -> BulkTask {
        guard let task = try await database.read({ try $0.files.bulkTask(id, of: account) }) else {
            throw BulkError.notFound
        }
        return task
    }

    /// Begins to undo what a task has changed so far; one that has not ended goes on no more. Undoing it twice is
    /// undoing it once.
    package func undo(_ id: ID<BulkTask>, of account: ID<Account>) async throws -> BulkTask {
        let now = time.now()
        let claim = BulkClaim(task: id, account: account, lease: .random())
        let begins = try await database.write(of: account) { transaction in
            guard let task = try transaction.files.lockBulkTask(id, of: account) else { throw BulkError.notFound }
            if task.state == .undoing || task.state == .undone { return false }
            guard task.action.canBeUndone else { throw BulkError.cannotBeUndone }
            guard now < task.undoUntil else { throw BulkError.undoExpired }
            try transaction.files.beginUndo(claim, until: now + BulkClaim.time)
            return true
        }
        if begins { await work(on: claim) }
        return try await find(id, of: account)
    }

    /// The task is there: what goes wrong with its first batch is tried again by the next node that has time.
    private func work(on claim: BulkClaim) async {
        do { try await run.work(on: claim, batches: 1) } catch {
            logger.warning(
                "bulk task goes on later", metadata: ["task": "\(claim.task)", "error": "\(error)"])
        }
    }
}

extension ID {
    /// The next one in their order: nothing is between the two.
    fileprivate var successor: ID {
        var bytes = Array(rawValue.utf8)
        for index in bytes.indices.reversed() where bytes[index] != UInt8(ascii: "-") {
            switch bytes[index] {
            case UInt8(ascii: "9"): bytes[index] = UInt8(ascii: "a")
            case UInt8(ascii: "f"):
                bytes[index] = UInt8(ascii: "0")
                continue
            default: bytes[index] += 1
            }
            break
        }
        return ID(rawValue: String(decoding: bytes, as: UTF8.self))
    }
}
