import SQL

/// The state of an account when it requests jobs: what its plan allows, how much of it is used, what it can pay.
/// Requests of one account that are decided together change it in turn, so that each sees what those before it have
/// taken.
struct AccountSnapshot: Sendable, Hashable {
    var eventSeq: Int64
    var lastOrderAt: Instant
    var slotsUsed: Int
    let isHeld: Bool
    let isDisabled: Bool
    /// The plan's.
    let limits: JobLimits
    /// The limits of an account with bought credits left, where they are better.
    var boughtLimits: JobLimits?
    let weight: Int64
    let headStart: Duration
    /// Jobs that wait for a slot, or for the end of a hold. Read if some must wait; else it does not matter.
    var waiting = 0
    /// When the jobs of the last hour were submitted, newest first. Read if the plan's limit is near; else it does not
    /// matter.
    var recent: [Instant] = []
    var credits = AccountCredits()
    /// The spend limits. Read if the account has any.
    var allowances = SpendAllowances()

    /// How far an account of weight 1 moves back with each job.
    static let step: Duration = .seconds(2)

    /// Admits all of a list of jobs, or throws and changes nothing. The plan's jobs per hour do not count for
    /// administrators.
    mutating func take(_ prices: [Credits], by actor: Actor, now: Instant) throws -> [AdmittedJob] {
        if isDisabled { throw SubmitError.accountDisabled }
        try checkQueue(prices.count, now)
        if actor.platformRole != .admin { try checkRate(prices.count, now) }
        let total = prices.reduce(.zero, +)
        var after = self
        let counts = try after.allowances.take(total, by: actor, now: now)
        try credits.demand(total, at: now)
        let taken = try zip(prices, places(for: prices.count, now: now)).map { price, place in
            AdmittedJob(
                place: place, parts: try after.credits.reserve(price, at: now), counts: counts,
                balance: after.credits.balance)
        }
        after.advance(by: taken.map(\.place), now: now)
        self = after
        return taken
    }

    /// Start-time fair queueing: a job starts where the account's last one ended, but not before now less the plan's
    /// head start. Accounts that request much queue behind those that request little, by the weight of their plans.
    func places(for jobs: Int, now: Instant) -> [QueuePlace] {
        var slotsLeft = freeSlots(at: now)
        var orderAt = lastOrderAt
        return (0..<jobs).map { index in
            orderAt = max(now - headStart, orderAt + .milliseconds(AccountSnapshot.step.milliseconds / weight))
            let hasSlot = slotsLeft > 0
            if hasSlot { slotsLeft -= 1 }
            return QueuePlace(
                orderAt: orderAt, hasSlot: hasSlot, holdReason: isHeld ? "account_held" : nil,
                accountSeq: eventSeq + Int64(index) + 1)
        }
    }

    /// Bought credits lift the plan's limits while any are left.
    func limits(at now: Instant) -> JobLimits {
        guard let boughtLimits, credits.hasBoughtCredits(at: now) else { return limits }
        return limits.lifted(by: boughtLimits)
    }

    func freeSlots(at now: Instant) -> Int { isHeld ? 0 : max(0, limits(at: now).concurrentJobs - slotsUsed) }

    /// Those that are free whatever was bought: the last bought credits may be reserved in between.
    var leastFreeSlots: Int { isHeld ? 0 : max(0, limits.concurrentJobs - slotsUsed) }

    /// Held jobs wait too, and for longer.
    private func checkQueue(_ newJobs: Int, _ now: Instant) throws(SubmitError) {
        guard waiting + max(0, newJobs - freeSlots(at: now)) <= SubmitJob.waitingLimit else {
            throw .queueFull(limit: SubmitJob.waitingLimit)
        }
    }

    private func checkRate(_ newJobs: Int, _ now: Instant) throws(SubmitError) {
        guard let limit = limits(at: now).jobsPerHour else { return }
        let hourAgo = now - .seconds(3600)
        let recent = recent.prefix(limit).filter { $0 > hourAgo }
        guard recent.count + newJobs > limit else { return }
        // There is room again once the oldest of the jobs that are in the way is an hour old.
        let inTheWay = min(max(limit - newJobs, 0), recent.count - 1)
        let lifted = boughtLimits?.jobsPerHour.flatMap { $0 > limit ? $0 : nil }
        throw .rateLimited(
            limit: limit, retryAfter: inTheWay >= 0 ? recent[inTheWay] - hourAgo : .seconds(3600),
            withBoughtCredits: lifted)
    }

    private mutating func advance(by places: [QueuePlace], now: Instant) {
        eventSeq += Int64(places.count)
        lastOrderAt = places.last?.orderAt ?? lastOrderAt
        let withSlot = places.count { $0.hasSlot }
        slotsUsed += withSlot
        waiting += places.count - withSlot
        recent.insert(contentsOf: places.map { _ in now }, at: 0)
    }
}

/// The place of a new job in the queue.
struct QueuePlace: Sendable, Hashable {
    let orderAt: Instant
    /// Whether it counts among its account's concurrent jobs already; else it waits for one of those to end.
    let hasSlot: Bool
    let holdReason: String?
    let accountSeq: Int64
}

/// What an account provides for a job: a place in its queue, and credits.
struct AdmittedJob: Sendable, Hashable {
    let place: QueuePlace
    let parts: [Reservation.Part]
    /// The counters of the limits that it counts in.
    let counts: [SpendCount]
    /// The account's balance after it.
    let balance: Balance
}
