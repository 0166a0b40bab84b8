package import SQL

/// Takes jobs on: priced, their credits reserved and their rows inserted in one transaction, all or none. It waits for
/// no provider.
package struct SubmitJob: Sendable {
    package enum Outcome: Sendable {
        case submitted([Job])
        /// The same request came before; this is what it was answered.
        case repeated(KeptAnswer)
    }

    /// Jobs that may wait in an account's queue beside those that count as concurrent.
    static let waitingLimit = 100

    private let price: PriceRequest
    private let database: Database
    private let time: Time
    private let wakeUp: WakeUp

    package init(price: PriceRequest, database: Database, time: Time, wakeUp: WakeUp) {
        self.price = price
        self.database = database
        self.time = time
        self.wakeUp = wakeUp
    }

    /// - Parameter answer: Makes the answer to keep for `idempotency`; called inside the transaction, without effects.
    package func callAsFunction(
        _ requests: [JobRequest], by actor: Actor, idempotency: Idempotency? = nil,
        answer: @escaping @Sendable ([Job]) -> KeptAnswer = { _ in KeptAnswer(status: 202, body: "") }
    ) async throws -> Outcome {
        let now = time.now()
        // What was answered once is answered again, also where it could not be priced today: a picture to work on may be gone.
        if let idempotency, let kept = try await database.read({ try $0.keptAnswer(idempotency, of: actor.account, now: now) }) {
            return .repeated(kept)
        }
        let priced = try await price(requests, for: actor.account)
        let outcome = try await database.write(order: .account(actor.account)) { transaction -> Outcome in
            // Locked first, so that of two equal requests at once the second finds what the first was answered.
            guard let standing = try transaction.lockStanding(of: actor.account) else { throw SubmitError.accountDisabled }
            if let idempotency, let kept = try transaction.keptAnswer(idempotency, of: actor.account, now: now) {
                return .repeated(kept)
            }
            let jobs = try transaction.submit(priced, by: actor, standing, now: now)
            if let idempotency { try transaction.keepAnswer(answer(jobs), idempotency, of: actor.account, now: now) }
            return .submitted(jobs)
        }
        if case .submitted = outcome { wakeUp.jobs(of: actor.account) }
        return outcome
    }
}

extension Transaction {
    fileprivate func submit(
        _ requests: [PricedRequest], by actor: Actor, _ standing: AccountStanding, now: Instant
    ) throws -> [Job] {
        try checkStanding(standing, of: actor, newJobs: requests.count, now: now)
        let total = requests.reduce(Credits.zero) { $0 + $1.price.total }
        let available = try balance(of: actor.account).available
        guard total <= available else { throw LedgerError.insufficientCredits(required: total, available: available) }
        for request in requests {
            for (name, asset) in request.inputs { try demandInput(asset, name, of: actor.account) }
        }

        let places = standing.places(for: requests.count, now: now)
        try advance(actor.account, by: places, now: now)
        return try zip(requests, places).map { request, place in
            let job = try insertJob(request, place, by: actor, now: now)
            try reserve(request.price.total, for: job.id, of: actor.account, actor: actor.user, now: now)
            for (name, asset) in request.inputs {
                try execute("INSERT INTO job_inputs (job_id, name, asset_id) VALUES ($1, $2, $3)", job.id, name, asset)
            }
            return job
        }
    }

    fileprivate func lockStanding(of account: ID<Account>) throws -> AccountStanding? {
        try queryOne("""
            SELECT a.event_seq, a.last_order_at, a.slots_used, a.held_at, a.disabled_at,
                p.concurrent_jobs, p.jobs_per_hour, p.weight, p.head_start
            FROM accounts a JOIN plans p ON p.name = a.plan WHERE a.id = $1 \(.forUpdate(of: "a"))
            """, account).map(AccountStanding.init)
    }

    private func checkStanding(_ standing: AccountStanding, of actor: Actor, newJobs: Int, now: Instant) throws {
        if standing.isDisabled { throw SubmitError.accountDisabled }
        // What is held waits too, and for longer.
        let waiting = standing.isHeld
            ? try count("SELECT COUNT(*) AS count FROM jobs WHERE account_id = $1 AND state = 'pending'", actor.account)
            : try count("SELECT COUNT(*) AS count FROM jobs WHERE account_id = $1 AND state = 'queued' AND slot_at IS NULL", actor.account)
        let free = standing.isHeld ? 0 : max(0, standing.concurrentJobs - standing.slotsUsed)
        guard waiting + max(0, newJobs - free) <= SubmitJob.waitingLimit else { throw SubmitError.queueFull(limit: SubmitJob.waitingLimit) }
        if let limit = standing.jobsPerHour, actor.platformRole != .admin { try checkRate(limit, newJobs, of: actor.account, now) }
    }

    private func checkRate(_ limit: Int, _ newJobs: Int, of account: ID<Account>, _ now: Instant) throws {
        let hourAgo = now - .seconds(3600)
        let recent = try query(
            "SELECT created_at FROM jobs WHERE account_id = $1 AND created_at > $2 ORDER BY created_at DESC LIMIT $3",
            account, hourAgo, limit).map { try $0.get("created_at", as: Instant.self) }
        guard recent.count + newJobs > limit else { return }
        // Room again once the oldest of those that are in the way is an hour old.
        let inTheWay = min(max(limit - newJobs, 0), recent.count - 1)
        let retryAfter = inTheWay >= 0 ? recent[inTheWay] - hourAgo : .seconds(3600)
        throw SubmitError.rateLimited(limit: limit, retryAfter: retryAfter)
    }

    private func demandInput(_ asset: ID<Asset>, _ name: String, of account: ID<Account>) throws {
        guard try queryOne(
            "SELECT 1 AS one FROM assets WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL \(.forUpdate(of: "assets"))",
            asset, account) != nil
        else {
            throw SubmitError.parameter(ParameterError(
                code: .invalid, field: name, message: "There is no picture with this id among your assets."))
        }
    }

    private func advance(_ account: ID<Account>, by places: [QueuePlace], now: Instant) throws {
        try execute("""
            UPDATE accounts SET event_seq = event_seq + $2, slots_used = slots_used + $3, last_order_at = $4 WHERE id = $1
            """, account, places.count, places.count { $0.hasSlot }, places.last?.orderAt ?? now)
    }

    private func insertJob(_ request: PricedRequest, _ place: QueuePlace, by actor: Actor, now: Instant) throws -> Job {
        let id = ID<Job>.make(at: now)
        let state: JobState = place.holdReason == nil ? .queued : .pending
        // Without RETURNING, with which SQLite would look through all jobs for one that names this one in `retry_of`.
        try execute("""
            INSERT INTO jobs (id, account_id, created_by, key_id, kind, kind_version, endpoint, provider, state, parameters,
                outputs_asked, price, price_version, price_breakdown, retry_of, event_seq, order_at, run_at, slot_at,
                time_limit, hold_reason, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, $16, $17, $18, $19, $20, $21)
            """,
            id, actor.account, actor.user, actor.key, request.kind.name, request.kind.version, request.endpoint.id,
            request.endpoint.provider, state, JSON.object(request.parameters).text, request.outputs, request.price.total,
            request.price.version, JSON(request.price).text, request.retryOf, place.orderAt, now,
            place.hasSlot ? now : Instant?.none, request.kind.timeLimit.milliseconds, place.holdReason, now)
        try insertEvent(
            state == .pending ? .held : .queued, of: id, seq: 1, account: actor.account, accountSeq: place.accountSeq,
            state: state, data: .object([:]), now: now)
        guard let job = try job(id) else { throw DatabaseError(.other, "an inserted job was not found") }
        return job
    }

    private func count(_ statement: Statement, _ argument: any SQLConvertible) throws(DatabaseError) -> Int {
        try queryOne(statement, argument)?.get("count") ?? 0
    }
}
