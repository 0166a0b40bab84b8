import SQL

/// Where an account stands when it asks for jobs: what its plan allows and how far it has come in the queue.
struct AccountStanding: Sendable, Hashable {
    let eventSeq: Int64
    let lastOrderAt: Instant
    let slotsUsed: Int
    let isHeld: Bool
    let isDisabled: Bool
    let concurrentJobs: Int
    let jobsPerHour: Int?
    let weight: Int64
    let headStart: Duration

    /// How far an account of weight 1 moves back with each job.
    static let step: Duration = .seconds(2)

    /// Start-time fair queueing: a job starts where the account's last one ended, but not before now less the plan's
    /// head start. Accounts that ask for much stand behind those that ask for little, by the weight of their plans.
    func places(for jobs: Int, now: Instant) -> [QueuePlace] {
        var slotsLeft = max(0, concurrentJobs - slotsUsed)
        var orderAt = lastOrderAt
        return (0..<jobs).map { index in
            orderAt = max(now - headStart, orderAt + .milliseconds(AccountStanding.step.milliseconds / weight))
            let hasSlot = !isHeld && slotsLeft > 0
            if hasSlot { slotsLeft -= 1 }
            return QueuePlace(
                orderAt: orderAt, hasSlot: hasSlot, holdReason: isHeld ? "account_held" : nil,
                accountSeq: eventSeq + Int64(index) + 1)
        }
    }
}

/// Where a new job stands in the queue.
struct QueuePlace: Sendable, Hashable {
    let orderAt: Instant
    /// Whether it counts among its account's concurrent jobs already; else it waits for one of those to end.
    let hasSlot: Bool
    let holdReason: String?
    let accountSeq: Int64
}

extension AccountStanding {
    init(_ row: Row) throws(DatabaseError) {
        try self.init(
            eventSeq: row.get("event_seq"), lastOrderAt: row.get("last_order_at"), slotsUsed: row.get("slots_used"),
            isHeld: row.get("held_at", as: Instant?.self) != nil, isDisabled: row.get("disabled_at", as: Instant?.self) != nil,
            concurrentJobs: row.get("concurrent_jobs"), jobsPerHour: row.get("jobs_per_hour"), weight: row.get("weight"),
            headStart: .milliseconds(row.get("head_start", as: Int64.self)))
    }
}
