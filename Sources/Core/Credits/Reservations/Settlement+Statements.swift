import SQL

/// How a job's reservation is to end: what is not captured is released.
struct Settlement: Sendable {
    let job: ID<Job>
    let captured: Credits
    let now: Instant
}

extension LedgerStatements {
    /// As `settle`, of one job whose account's row is not locked yet.
    func settleReservation(
        of job: ID<Job>, capturing captured: Credits, now: Instant
    ) throws(DatabaseError) -> Receipt? {
        try settle([Settlement(job: job, captured: captured, now: now)])[job]
    }

    /// Ends reservations, in the order given, and returns those that were open. To be called in the transaction that
    /// ends the jobs, and nowhere else, with their accounts' rows locked.
    func settle(_ settlements: [Settlement]) throws(DatabaseError) -> [ID<Job>: Receipt] {
        let open = try endReservations(settlements)
        // A reservation that costs nothing moves nothing.
        let moving = open.filter { $0.reserved > .zero }
        if !moving.isEmpty { try book(moving) }
        return Dictionary(uniqueKeysWithValues: open.map { ($0.job, $0.receipt) })
    }

    private func endReservations(_ settlements: [Settlement]) throws(DatabaseError) -> [EndedReservation] {
        var ended: [ID<Job>: (account: ID<Account>, amount: Credits)] = [:]
        for row in try query(Statements.endReservations, rows: settlements.map { [$0.job, $0.captured, $0.now] }) {
            ended[try row.get("job_id")] = try (row.get("account_id"), row.get("amount"))
        }
        return settlements.compactMap { settlement in
            ended[settlement.job].map { EndedReservation(settlement, of: $0.account, $0.amount) }
        }
    }

    private func book(_ reservations: [EndedReservation]) throws(DatabaseError) {
        let parts = try reservedParts(of: reservations.map(\.job))
        let (before, limited) = try moveBalances(of: reservations)
        var balances = before
        // Ascending, as histories are read in the order of their ids.
        var ids = reservations.flatMap { [ID<LedgerTransaction>.make(at: $0.now), .make(at: $0.now)] }.sorted()[...]
        var lines = LedgerLines()
        for reservation in reservations {
            guard var balance = balances[reservation.account] else { continue }
            let settlement = Reservation.settle(parts[reservation.job] ?? [], capturing: reservation.captured)
            balance.reserved -= reservation.captured
            lines.capture(reservation, settlement.captured, ids.removeFirst(), after: balance)
            balance.available += reservation.released
            balance.reserved -= reservation.released
            let back = try giveBack(settlement.released, of: reservation)
            lines.release(reservation, back, ids.removeFirst(), after: balance)
            balances[reservation.account] = balance
        }
        try perform(Statements.insertEntries, rows: lines.entries)
        try perform(Statements.insertTransactions, rows: lines.transactions)
        try transaction.spendLimits.uncount(
            Dictionary(
                uniqueKeysWithValues: reservations.filter { $0.released > .zero && limited.contains($0.account) }.map {
            ($0.job, $0.released)
        }))
    }

    /// How much came from which lot, in the order in which it is captured.
    private func reservedParts(of jobs: [ID<Job>]) throws(DatabaseError) -> [ID<Job>: [Reservation.Part]] {
        var parts: [ID<Job>: [Reservation.Part]] = [:]
        for row in try query(Statements.reservedParts, rows: jobs.map { [NewReservation.key(of: $0)] }) {
            parts[try row.get("job_id"), default: []].append(
                try Reservation.Part(lot: row.get("lot_id"), amount: row.get("amount")))
        }
        return parts
    }

    /// Returns the balances as they were before, since each line states the balance after it; and the accounts that
    /// have limits.
    private func moveBalances(
        of reservations: [EndedReservation]
    ) throws(DatabaseError) -> (balances: [ID<Account>: Balance], limited: Set<ID<Account>>) {
        var sums: [ID<Account>: (released: Credits, reserved: Credits, now: Instant)] = [:]
        for ended in reservations {
            sums[ended.account, default: (.zero, .zero, ended.now)].released += ended.released
            sums[ended.account, default: (.zero, .zero, ended.now)].reserved += ended.reserved
        }
        var balances: [ID<Account>: Balance] = [:]
        var limited: Set<ID<Account>> = []
        let rows = sums.sorted { $0.key < $1.key }.map {
            [$0.key, $0.value.released, $0.value.reserved, $0.value.now] as [any SQLConvertible]
        }
        for row in try query(Statements.moveBalances, rows: rows) {
            let account = try row.get("account_id", as: ID<Account>.self)
            guard let sum = sums[account] else { continue }
            if try row.get("has_limits", as: Int.self) != 0 { limited.insert(account) }
            balances[account] = try Balance(
                available: row.get("available", as: Credits.self) - sum.released,
                reserved: row.get("reserved", as: Credits.self) + sum.reserved)
        }
        guard balances.count == sums.count else {
            throw DatabaseError(.foreignKey, "an account with a reservation has no balance")
        }
        return (balances, limited)
    }

    /// Returns the parts to their lots; if a lot has expired meanwhile, to a new one that lives for seven more days. A
    /// lot whose end was booked has expired, even if this node's clock is behind that of the node that booked it.
    private func giveBack(
        _ parts: [Reservation.Part], of ended: EndedReservation
    ) throws(DatabaseError) -> [ReturnedPart] {
        var back: [ReturnedPart] = []
        for part in parts {
            let changed = try execute("""
                UPDATE lots SET remaining = remaining + $2
                WHERE id = $1 AND expired_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
                """, part.lot, part.amount, ended.now)
            back.append(ReturnedPart(part: part, to: changed == 1 ? part.lot : try renewLot(part, of: ended)))
        }
        return back
    }

    private func renewLot(_ part: Reservation.Part, of ended: EndedReservation) throws(DatabaseError) -> ID<Lot> {
        let source: Lot.Source = try queryOne("SELECT source FROM lots WHERE id = $1", part.lot)?.get("source")
            ?? .bonus
        return try insertLot(
            source, part.amount, of: ended.account, expiresAt: ended.now + .seconds(7 * 86_400), now: ended.now)
    }
}

private struct EndedReservation {
    let job: ID<Job>
    let account: ID<Account>
    let reserved: Credits
    let captured: Credits
    let now: Instant

    var released: Credits { reserved - captured }
    var receipt: Receipt { Receipt(reserved: reserved, captured: captured, released: released, endedAt: now) }

    init(_ settlement: Settlement, of account: ID<Account>, _ amount: Credits) {
        job = settlement.job
        self.account = account
        reserved = amount
        captured = settlement.captured
        now = settlement.now
    }
}

/// What is returned from a lot, and to which lot.
private struct ReturnedPart {
    let part: Reservation.Part
    let to: ID<Lot>
}

/// The rows that settlements produce.
private struct LedgerLines {
    private(set) var entries: [[any SQLConvertible]] = []
    private(set) var transactions: [[any SQLConvertible]] = []

    mutating func capture(
        _ ended: EndedReservation, _ parts: [Reservation.Part], _ id: ID<LedgerTransaction>, after: Balance
    ) {
        guard ended.captured > .zero else { return }
        for (position, part) in parts.enumerated() {
            entries.append([id, 2 * position, LedgerAccount.reserved, ended.account, part.lot, -part.amount])
            entries.append([id, 2 * position + 1, LedgerAccount.revenue, ID<Account>?.none, ID<Lot>?.none, part.amount])
        }
        add(.capture, ended, ended.captured, id, after)
    }

    mutating func release(
        _ ended: EndedReservation, _ parts: [ReturnedPart], _ id: ID<LedgerTransaction>, after: Balance
    ) {
        guard ended.released > .zero else { return }
        for (position, back) in parts.enumerated() {
            entries.append([id, 2 * position, LedgerAccount.reserved, ended.account, back.part.lot, -back.part.amount])
            entries.append([id, 2 * position + 1, LedgerAccount.available, ended.account, back.to, back.part.amount])
        }
        add(.release, ended, ended.released, id, after)
    }

    private mutating func add(
        _ kind: TransactionKind, _ ended: EndedReservation, _ amount: Credits, _ id: ID<LedgerTransaction>,
        _ after: Balance
    ) {
        transactions.append([
            id, kind, "\(kind.rawValue):\(ended.job)", ended.account, ended.job, amount, after.available,
            after.reserved, ended.now,
        ])
    }
}

private enum Statements {
    static let endReservations = BulkStatement("""
        UPDATE reservations SET captured = v.column2, released = amount - v.column2, ended_at = v.column3 FROM (VALUES
        """, row: "($1, CAST($2 AS BIGINT), CAST($3 AS BIGINT))", """
        ) AS v WHERE reservations.job_id = v.column1 AND reservations.ended_at IS NULL
            RETURNING job_id, account_id, amount
        """)

    static let reservedParts = BulkStatement("""
        SELECT t.job_id, e.lot_id, e.amount FROM transactions t JOIN entries e ON e.transaction_id = t.id
        WHERE e.book = 'reserved' AND t.key IN (
        """, row: "$1", ") ORDER BY t.key, e.position")

    static let moveBalances = BulkStatement("""
        UPDATE balances SET available = available + v.column2, reserved = reserved - v.column3, updated_at = v.column4
        FROM (VALUES
        """, row: "($1, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT))", """
        ) AS v WHERE balances.account_id = v.column1 RETURNING account_id, available, reserved, has_limits
        """)

    static let insertEntries = BulkStatement(
        "INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount) VALUES",
        row: "($1, $2, $3, $4, $5, $6)")

    static let insertTransactions = BulkStatement("""
        INSERT INTO transactions (id, kind, key, account_id, job_id, amount, available_after, reserved_after,
            created_at) VALUES
        """, row: "($1, $2, $3, $4, $5, $6, $7, $8, $9)")
}
