import SQL

extension BulkTask {
    init(_ row: Row) throws(DatabaseError) {
        guard let name = BulkAction.Name(rawValue: try row.get("action")),
            let action = BulkAction(name, tag: try row.get("tag")), let state = State(rawValue: try row.get("state"))
        else { throw DatabaseError(.decoding, "column action or state does not hold one") }
        self.init(
            id: try row.get("id"), account: try row.get("account_id"), action: action,
            selection: try BulkSelection(row.get("selection")), state: state, cursor: try row.get("cursor"),
            matched: try row.get("matched"),
            counts: Counts(
                done: try row.get("done"), changed: try row.get("changed"),
                skippedInUse: try row.get("skipped_in_use"), skippedInTrash: try row.get("skipped_in_trash"),
                skippedTags: try row.get("skipped_tags"), undone: try row.get("undone"),
                undoSkipped: try row.get("undo_skipped")),
            undoUntil: try row.get("undo_until"), createdAt: try row.get("created_at"),
            endedAt: try row.get("ended_at"), tries: try row.get("tries"))
    }
}

extension FileStatements {
    func bulkTask(_ id: ID<BulkTask>, of account: ID<Account>) throws(DatabaseError) -> BulkTask? {
        try bulkTask(queryOne("SELECT * FROM bulk_tasks WHERE id = $1 AND account_id = $2", id, account))
    }

    /// As `bulkTask`, held until the transaction ends.
    func lockBulkTask(_ id: ID<BulkTask>, of account: ID<Account>) throws(DatabaseError) -> BulkTask? {
        try bulkTask(queryOne(
            "SELECT * FROM bulk_tasks WHERE id = $1 AND account_id = $2 \(.forUpdate(of: "bulk_tasks"))", id, account))
    }

    /// As `lockBulkTask`; nil if another node has it meanwhile.
    func lockBulkTask(_ claim: BulkClaim) throws(DatabaseError) -> BulkTask? {
        try bulkTask(queryOne(
            "SELECT * FROM bulk_tasks WHERE id = $1 AND lease = $2 \(.forUpdate(of: "bulk_tasks"))",
            claim.task, claim.lease))
    }

    func unfinishedBulkTasks(of account: ID<Account>) throws(DatabaseError) -> Int {
        try queryOne(
            "SELECT COUNT(*) AS count FROM bulk_tasks WHERE account_id = $1 AND due_at IS NOT NULL", account)?
            .get("count") ?? 0
    }

    /// - Parameter claim: Of who begins with it.
    func insertBulkTask(
        _ task: BulkTask, by user: ID<User>?, _ claim: BulkClaim, until: Instant
    ) throws(DatabaseError) {
        try execute(
            """
            INSERT INTO bulk_tasks (id, account_id, created_by, action, tag, selection, state, cursor, undo_until,
                created_at, due_at, lease)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """, task.id, task.account, user, task.action.name.rawValue, task.action.tag, task.selection.json.text,
            task.state.rawValue, task.cursor, task.undoUntil, task.createdAt, until, claim.lease)
    }

    /// Whether a task waits for a node. Read first, since mostly there is none.
    func hasDueBulkTask(_ now: Instant) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM bulk_tasks WHERE due_at <= $1 LIMIT 1", now) != nil
    }

    /// The task that is due for the longest time, for nobody else before `until`.
    func claimBulkTask(
        _ lease: ID<BulkClaim>, now: Instant, until: Instant
    ) throws(DatabaseError) -> BulkClaim? {
        try queryOne(
            """
            UPDATE bulk_tasks SET lease = $2, due_at = $3 WHERE id IN (
                SELECT id FROM bulk_tasks WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1 \(.skipLocked)
            ) RETURNING id, account_id
            """, now, lease, until)
            .map { row throws(DatabaseError) in
                try BulkClaim(task: row.get("id"), account: row.get("account_id"), lease: lease)
            }
    }

    /// Stores what a batch made of a task that is held. An ended one is free; else the lease lasts until `until`.
    func updateBulkTask(_ task: BulkTask, until: Instant) throws(DatabaseError) {
        let counts = task.counts
        try execute(
            """
            UPDATE bulk_tasks SET state = $2, cursor = $3, matched = $4, done = $5, changed = $6, skipped_in_use = $7,
                skipped_in_trash = $8, skipped_tags = $9, undone = $10, undo_skipped = $11, ended_at = $12, tries = 0,
                due_at = CAST($13 AS BIGINT), lease = CASE WHEN CAST($13 AS BIGINT) IS NULL THEN NULL ELSE lease END
            WHERE id = $1
            """, task.id, task.state.rawValue, task.cursor, task.matched, counts.done, counts.changed,
            counts.skippedInUse, counts.skippedInTrash, counts.skippedTags, counts.undone, counts.undoSkipped,
            task.endedAt, task.state.isEnded ? nil : until)
    }

    /// From here on its changes are undone, and nobody goes on with it as before.
    ///
    /// - Parameter claim: Of who begins with that.
    func beginUndo(_ claim: BulkClaim, until: Instant) throws(DatabaseError) {
        try execute(
            """
            UPDATE bulk_tasks SET state = 'undoing', ended_at = NULL, due_at = $2, lease = $3, tries = 0 WHERE id = $1
            """, claim.task, until, claim.lease)
    }

    /// Returns a task to those that wait. Has no effect if another node has it meanwhile.
    ///
    /// - Parameter tries: Batches of it that failed.
    func returnBulkTask(_ claim: BulkClaim, dueAt: Instant, tries: Int) throws(DatabaseError) {
        try execute(
            "UPDATE bulk_tasks SET lease = NULL, due_at = $3, tries = $4 WHERE id = $1 AND lease = $2",
            claim.task, claim.lease, dueAt, tries)
    }

    func failBulkTask(_ claim: BulkClaim, now: Instant) throws(DatabaseError) {
        try execute(
            """
            UPDATE bulk_tasks SET state = 'failed', ended_at = $3, lease = NULL, due_at = NULL
            WHERE id = $1 AND lease = $2
            """, claim.task, claim.lease, now)
    }

    private func bulkTask(_ row: Row?) throws(DatabaseError) -> BulkTask? {
        guard let row else { return nil }
        return try BulkTask(row)
    }
}

/// The right to make the batches of a task, which ends by itself.
package struct BulkClaim: Sendable, Hashable {
    let task: ID<BulkTask>
    let account: ID<Account>
    let lease: ID<BulkClaim>

    /// How long a node may be silent before another goes on.
    static let time = Duration.seconds(60)
}
