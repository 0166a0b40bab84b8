package import SQL

/// Ends reservations that are open although their job is over or never existed, as the job's own end would have: what
/// it delivered is captured, the rest released. Each is ended in a transaction of its own, while other work goes on; a
/// second run finds nothing left to do.
package struct RepairReservations: Sendable {
    package enum Outcome: Sendable, Hashable {
        case ended(Receipt)
        /// What a run without `isDry` would do.
        case toEnd(captured: Credits, released: Credits)
        /// It has been ended meanwhile.
        case hasEnded
        /// The ledger does not agree, so that none of its operations repairs it.
        case unclear(String)
    }

    package struct Repair: Sendable, Hashable {
        package let job: ID<Job>
        package let account: ID<Account>
        package let outcome: Outcome
    }

    private let database: Database
    private let time: Time
    private let batch: Int

    package init(database: Database, time: Time, batch: Int = 100) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// - Parameter report: Called with each repair, as it is made.
    package func callAsFunction(isDry: Bool = false, _ report: (Repair) -> Void) async throws {
        var after = ""
        while true {
            let orphans = try await database.read { [after, batch] in
                try $0.reconciliation.orphans(after: after, limit: batch)
            }
            for orphan in orphans {
                let outcome = try await end(orphan.job, of: orphan.account, isDry: isDry)
                report(Repair(job: orphan.job, account: orphan.account, outcome: outcome))
            }
            guard let last = orphans.last, orphans.count == batch else { return }
            after = last.job.rawValue
        }
    }

    private func end(_ job: ID<Job>, of account: ID<Account>, isDry: Bool) async throws -> Outcome {
        let now = time.now()
        guard !isDry else { return try await database.read { try $0.reconciliation.outlook(of: job) } }
        do {
            return try await write(end: job, of: account, now: now)
        } catch let error as DatabaseError where error.isAboutRow {
            // One that cannot be ended must not block those behind it.
            return .unclear("the database rejects the change: \(error.message)")
        }
    }

    private func write(end job: ID<Job>, of account: ID<Account>, now: Instant) async throws -> Outcome {
        try await database.write(of: account) { transaction in
            guard case .toEnd(let captured, let released) = try transaction.reconciliation.outlook(of: job) else {
                return try transaction.reconciliation.outlook(of: job)
            }
            guard let receipt = try transaction.ledger.settleReservation(of: job, capturing: captured, now: now) else {
                return .hasEnded
            }
            try transaction.auditLog.note(AuditLogEntry(
                "reservations.repair", of: job.rawValue,
                [
                    "account": .string(account.rawValue), "captured": .decimal(captured.decimal),
                    "released": .decimal(released.decimal),
                ],
                by: nil, at: now))
            return .ended(receipt)
        }
    }
}

extension DatabaseError {
    /// Whether the row that was to be written is at fault, rather than the database.
    fileprivate var isAboutRow: Bool {
        switch kind {
        case .unique, .foreignKey, .check, .unstorable, .notNull, .trigger, .decoding: true
        case .conflict, .busy, .unavailable, .full, .schema, .other: false
        }
    }
}

extension ReconciliationStatements {
    fileprivate func orphans(
        after job: String, limit: Int
    ) throws(DatabaseError) -> [(job: ID<Job>, account: ID<Account>)] {
        try query("""
            SELECT r.job_id, r.account_id FROM reservations r LEFT JOIN jobs j ON j.id = r.job_id
            WHERE r.ended_at IS NULL AND (j.id IS NULL OR j.ended_at IS NOT NULL) AND r.job_id > $1
            ORDER BY r.job_id LIMIT $2
            """, job, limit).map { row throws(DatabaseError) in try (row.get("job_id"), row.get("account_id")) }
    }

    /// How it is to end. Nothing is done if the ledger has not booked what the reservation says, or has booked its end.
    fileprivate func outlook(of id: ID<Job>) throws -> RepairReservations.Outcome {
        let job = try transaction.jobs.job(id)
        guard let row = try queryOne(
            "SELECT account_id, amount FROM reservations WHERE job_id = $1 AND ended_at IS NULL", id),
            job.map({ $0.state.isTerminal }) ?? true
        else { return .hasEnded }
        let account: ID<Account> = try row.get("account_id")
        let amount: Credits = try row.get("amount")
        if amount > .zero {
            guard let booked = try transaction.ledger.booked(key: NewReservation.key(of: id)),
                booked.account == account,
                booked.amount == amount
            else {
                return .unclear("the ledger's reservation has a different amount, or does not exist")
            }
            guard try !transaction.ledger.isBooked(key: "capture:\(id)"),
                try !transaction.ledger.isBooked(key: "release:\(id)")
            else {
                return .unclear("the ledger has booked the end of the reservation, but the reservation is still open")
            }
        }
        let captured = job?.state == .completed
            ? min(amount, job?.price.total(delivered: job?.outputsDelivered ?? 0) ?? .zero) : .zero
        return .toEnd(captured: captured, released: amount - captured)
    }
}
