/// What one batch makes of assets: the decisions, without their writes.
struct BulkBatch: Sendable, Hashable {
    private(set) var counts: BulkTask.Counts
    /// By asset, what is to be written.
    private(set) var values: [ID<Asset>: BulkValue] = [:]
    private(set) var changes: [BulkChange] = []
    private(set) var deleted: [Asset] = []

    /// Of the action.
    init(of task: BulkTask, on assets: [Asset], inUse: Set<ID<Asset>>, now: Instant) {
        counts = task.counts
        for asset in assets {
            switch task.action.effect(on: asset, isInUse: inUse.contains(asset.id), now: now) {
            case .skipped(let reason):
                counts.skip(reason)
                continue
            case .unchanged:
                break
            case .changed(let value):
                values[asset.id] = value
                changes.append(BulkChange(asset: asset.id, was: value.current(of: asset), became: value))
                counts.changed += 1
            case .deleted:
                deleted.append(asset)
                counts.changed += 1
            }
            counts.done += 1
        }
    }

    /// Of undoing changes.
    init(undoing changes: [BulkChange], of task: BulkTask, on assets: [Asset], inUse: Set<ID<Asset>>, now: Instant) {
        counts = task.counts
        let assets = Dictionary(uniqueKeysWithValues: assets.map { ($0.id, $0) })
        for change in changes {
            switch change.undo(on: assets[change.asset], isInUse: inUse.contains(change.asset), now: now) {
            case .undone(let value):
                values[change.asset] = value
                counts.undone += 1
            case .left:
                counts.undoSkipped += 1
            }
        }
    }
}

extension FileStatements {
    /// The next batch of a task that the transaction holds, its account locked. Returns the task after it.
    func advance(_ task: BulkTask, matched: Int?, limit: Int, now: Instant) throws -> BulkTask {
        switch task.state {
        case .queued, .running: try runBatch(task, matched: matched, limit: limit, now: now)
        case .undoing: try undoBatch(task, limit: limit, now: now)
        case .completed, .failed, .undone: task
        }
    }

    private func runBatch(_ task: BulkTask, matched: Int?, limit: Int, now: Instant) throws -> BulkTask {
        let page = try ids(of: task.account, task.selection, after: task.cursor, limit: limit)
        let assets = try lockAssets(page.ids, of: task.account)
        let inUse = task.action.needsFreeFiles ? try self.inUse(page.ids) : []
        let batch = BulkBatch(of: task, on: assets, inUse: inUse, now: now)
        try apply(batch.values, of: task.account)
        try deleteAssets(batch.deleted, of: task.account, now: now)
        try insertBulkChanges(batch.changes, of: task.id)
        var task = task
        task.counts = batch.counts
        if let next = page.next {
            task.state = .running
            task.cursor = next
            task.matched = task.matched ?? matched
        } else {
            task.state = .completed
            task.endedAt = now
            task.matched = task.counts.done + task.counts.skipped
        }
        return task
    }

    private func undoBatch(_ task: BulkTask, limit: Int, now: Instant) throws -> BulkTask {
        let changes = try bulkChanges(of: task, limit: limit)
        let assets = try lockAssets(changes.map(\.asset), of: task.account)
        let inUse = task.action == .restore ? try self.inUse(changes.map(\.asset)) : []
        let batch = BulkBatch(undoing: changes, of: task, on: assets, inUse: inUse, now: now)
        try apply(batch.values, of: task.account)
        try deleteBulkChanges(changes, of: task.id)
        var task = task
        task.counts = batch.counts
        if changes.count < limit {
            task.state = .undone
            task.endedAt = now
        }
        return task
    }
}
