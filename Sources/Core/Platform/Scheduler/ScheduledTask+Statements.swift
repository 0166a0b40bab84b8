import SQL

/// A process among those that share a database.
package enum Node {}

/// The state of a scheduled task.
struct TaskStatus: Sendable {
    let dueAt: Instant
    let leaseUntil: Instant?
}

extension SchedulerStatements {
    func taskStatus(_ name: String) throws(DatabaseError) -> TaskStatus? {
        try queryOne(
            "SELECT due_at, lease_until FROM scheduled_tasks WHERE name = $1", name
        ).map { row throws(DatabaseError) in
            try TaskStatus(dueAt: row.get("due_at"), leaseUntil: row.get("lease_until"))
        }
    }

    /// A second call, or one by a second node, changes nothing.
    func insertTask(_ name: String, dueAt: Instant) throws(DatabaseError) {
        try execute(
            "INSERT INTO scheduled_tasks (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, dueAt)
    }

    /// Returns false if it is not due, or another node runs it.
    func claimTask(_ name: String, by node: ID<Node>, now: Instant, until: Instant) throws(DatabaseError) -> Bool {
        try execute("""
            UPDATE scheduled_tasks SET holder = $2, lease_until = $4
            WHERE name = $1 AND due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)
            """, name, node, now, until) == 1
    }

    /// Returns false if the lease is lost.
    func renewTask(_ name: String, by node: ID<Node>, until: Instant) throws(DatabaseError) -> Bool {
        try execute("UPDATE scheduled_tasks SET lease_until = $3 WHERE name = $1 AND holder = $2", name, node, until)
            == 1
    }

    func endTask(_ name: String, by node: ID<Node>, began: Instant, dueAt: Instant) throws(DatabaseError) {
        try execute("""
            UPDATE scheduled_tasks SET holder = NULL, lease_until = NULL, ran_at = $3, due_at = $4
            WHERE name = $1 AND holder = $2
            """, name, node, began, dueAt)
    }

    /// It was cut off: another node may take it at once.
    func returnTask(_ name: String, by node: ID<Node>) throws(DatabaseError) {
        try execute(
            "UPDATE scheduled_tasks SET holder = NULL, lease_until = NULL WHERE name = $1 AND holder = $2", name, node)
    }
}
