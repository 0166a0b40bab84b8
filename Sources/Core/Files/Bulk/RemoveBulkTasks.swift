package import SQL

/// Removes tasks that can no longer be undone, and what is known of their changes.
package struct RemoveBulkTasks: Sendable {
    private let database: Database
    private let time: Time
    private let batch: Int
    /// Of batches in a run.
    private static let limit = 500

    package init(database: Database, time: Time, batch: Int = 1000) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// Returns how many tasks were removed.
    @discardableResult
    package func runOnce() async throws -> Int {
        let (now, batch) = (time.now(), batch)
        var removed = 0
        for _ in 0..<Self.limit {
            let step = try await database.write(order: .alone) { transaction in
                try transaction.files.removeOldBulkTask(before: now, limit: batch)
            }
            switch step {
            case .nothing: return removed
            case .changes: continue
            case .task: removed += 1
            }
        }
        return removed
    }
}

enum BulkRemoval: Sendable, Hashable {
    case nothing, changes, task
}

extension FileStatements {
    /// Removes the oldest task that is over, if it has no more than `limit` changes; else only so many of those.
    fileprivate func removeOldBulkTask(before now: Instant, limit: Int) throws(DatabaseError) -> BulkRemoval {
        let row = try queryOne(
            """
            SELECT id FROM bulk_tasks WHERE undo_until <= $1 AND due_at IS NULL ORDER BY undo_until LIMIT 1
            \(.skipLocked)
            """, now)
        guard let id = try row?.get("id", as: ID<BulkTask>.self) else { return .nothing }
        let removed = try execute(
            """
            DELETE FROM bulk_changes WHERE task_id = $1 AND asset_id IN (
                SELECT asset_id FROM bulk_changes WHERE task_id = $1 ORDER BY asset_id LIMIT $2)
            """, id, limit)
        guard removed < limit else { return .changes }
        try execute("DELETE FROM bulk_tasks WHERE id = $1", id)
        return .task
    }
}
