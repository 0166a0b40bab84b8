import Core
import SQL

/// The delivery of one event to one endpoint. A duplicate is a second delivery.
struct Delivery: Sendable {
    enum State: String, Sendable, SQLConvertible {
        case due, delivered
        case abandoned
        /// Never sent, by a fault.
        case lost
    }

    let number: Int64
    let event: String
    let endpoint: String
    let state: State
    let fault: String?
    let dueAt: Instant
    let attempts: Int
    let status: Int?
    let error: String?

    init(_ row: Row) throws(DatabaseError) {
        number = try row.get("number")
        event = try row.get("event")
        endpoint = try row.get("endpoint")
        state = try row.get("state")
        fault = try row.get("fault")
        dueAt = try row.get("due_at")
        attempts = try row.get("attempts")
        status = try row.get("status")
        error = try row.get("error")
    }

    var json: JSON {
        [
            "number": .integer(number), "event": .string(event), "endpoint": .string(endpoint),
            "state": .string(state.rawValue), "fault": .of(fault), "due_at": .integer(dueAt.seconds),
            "attempts": .integer(Int64(attempts)), "status": .of(status.map { Int64($0) }), "error": .of(error),
        ]
    }
}

extension Transaction {
    func insertDelivery(
        of event: String, to endpoint: String, _ order: Faults.Order, now: Instant
    ) throws(DatabaseError) {
        try execute("""
            INSERT INTO deliveries (event, endpoint, state, fault, due_at, attempts) VALUES ($1, $2, $3, $4, $5, 0)
            """, event, endpoint, order.isLost ? Delivery.State.lost : .due, order.name, now + order.delay)
    }

    /// Claims the first delivery of each endpoint that is due, and postpones it to `until` in case its attempt is never
    /// reported. An endpoint gets one event at a time, so that without faults it gets them in order.
    func claimDeliveries(now: Instant, until: Instant) throws(DatabaseError) -> [Delivery] {
        try query("""
            UPDATE deliveries SET due_at = $2, attempts = attempts + 1
            WHERE number IN (
                SELECT (
                    SELECT number FROM deliveries AS mine WHERE mine.endpoint = some.endpoint AND mine.state = 'due'
                        AND mine.due_at <= $1 ORDER BY mine.due_at, mine.number LIMIT 1
                )
                FROM (SELECT DISTINCT endpoint FROM deliveries WHERE state = 'due' AND due_at <= $1) AS some
            ) RETURNING *
            """, now, until
        ).map { row throws(DatabaseError) in try Delivery(row) }
    }

    func recordDelivery(
        _ number: Int64, _ state: Delivery.State, status: Int?, error: String?, dueAt: Instant
    ) throws(DatabaseError) {
        // Its endpoint may have been deleted meanwhile, which abandoned the delivery.
        try execute("""
            UPDATE deliveries SET state = $2, status = $3, error = $4, due_at = $5 WHERE number = $1 AND state = 'due'
            """, number, state, status, error, dueAt)
    }

    func firstDeliveryDue() throws(DatabaseError) -> Instant? {
        try queryOne("SELECT MIN(due_at) AS at FROM deliveries WHERE state = 'due'")?.get("at")
    }

    /// Attempts that were under way when the process ended are due again at once.
    func resumeDeliveries(now: Instant, lease: Instant) throws(DatabaseError) {
        try execute(
            "UPDATE deliveries SET due_at = $1 WHERE state = 'due' AND attempts > 0 AND due_at <= $2", now, lease)
    }

    func abandonDeliveries(to endpoint: String) throws(DatabaseError) {
        try execute("UPDATE deliveries SET state = 'abandoned' WHERE endpoint = $1 AND state = 'due'", endpoint)
    }

    func pendingDeliveries(of event: String) throws(DatabaseError) -> Int {
        try queryOne(
            "SELECT COUNT(*) AS count FROM deliveries WHERE event = $1 AND state = 'due'", event)?.get("count") ?? 0
    }

    /// Those that have not arrived, and perhaps never will. A duplicate that arrived stands for the one that was lost.
    func openDeliveries(of event: String) throws(DatabaseError) -> [String] {
        try query("""
            SELECT DISTINCT endpoint FROM deliveries WHERE event = $1
            AND endpoint NOT IN (SELECT endpoint FROM deliveries WHERE event = $1 AND state = 'delivered')
            """, event
        ).map { row throws(DatabaseError) in try row.get("endpoint") }
    }

    func newestDeliveries(_ limit: Int) throws(DatabaseError) -> [Delivery] {
        try query("SELECT * FROM deliveries ORDER BY number DESC LIMIT $1", limit).map { row throws(DatabaseError) in
            try Delivery(row)
        }
    }
}
