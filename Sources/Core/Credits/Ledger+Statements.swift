package import SQL

/// The ledger's verbs. Each books one fact under a key of its own, keeps the balance and the lots in step with the
/// entries, and leaves it to the database to refuse what must not be.
extension Transaction {
    package func openBalance(of account: ID<Account>, now: Instant) throws(DatabaseError) {
        try execute(
            "INSERT INTO balances (account_id, available, reserved, updated_at) VALUES ($1, 0, 0, $2)", account, now)
    }

    package func balance(of account: ID<Account>) throws(DatabaseError) -> Balance {
        let row = try queryOne("SELECT available, reserved FROM balances WHERE account_id = $1", account)
        return try row.map { row throws(DatabaseError) in try Balance(row) } ?? Balance(available: .zero, reserved: .zero)
    }

    /// Gives an account credits as a lot of their own. `key` names the fact: the same fact again is a `unique` error, so
    /// ask `isBooked` first where it may come twice.
    package func grant(
        _ source: Lot.Source, _ amount: Credits, to account: ID<Account>, key: String, expiresAt: Instant? = nil,
        actor: ID<User>? = nil, now: Instant
    ) throws(DatabaseError) {
        let id = ID<LedgerTransaction>.make(at: now)
        let lot = try insertLot(source, amount, of: account, expiresAt: expiresAt, now: now)
        let balance = try moveBalance(of: account, available: amount, reserved: .zero, now: now)
        try insertEntries(id, 0, from: .house(source.book), to: .customer(.available, account, lot), amount)
        try insertTransaction(id, source.kind, key, account, job: nil, actor: actor, amount, balance, now)
    }

    package func isBooked(key: String) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM transactions WHERE key = $1", key) != nil
    }

    /// Who was given how much under this key, if it was used.
    func booked(key: String) throws(DatabaseError) -> (account: ID<Account>, amount: Credits)? {
        try queryOne("SELECT account_id, amount FROM transactions WHERE key = $1", key)
            .map { row throws(DatabaseError) in try (row.get("account_id"), row.get("amount")) }
    }

    /// Sets credits aside for a job, soonest-to-expire first. Refuses before its first write.
    package func reserve(
        _ amount: Credits, for job: ID<Job>, of account: ID<Account>, actor: ID<User>?, now: Instant
    ) throws {
        let row = try queryOne("""
            UPDATE balances SET available = available - $2, reserved = reserved + $2, updated_at = $3
            WHERE account_id = $1 AND available >= $2 RETURNING available, reserved
            """, account, amount, now)
        guard let row else {
            throw LedgerError.insufficientCredits(required: amount, available: try balance(of: account).available)
        }
        let balance = try Balance(row)
        let parts = try takeFromLots(amount, of: account)
        try execute(
            "INSERT INTO reservations (job_id, account_id, amount, created_at) VALUES ($1, $2, $3, $4)", job, account, amount, now)
        guard amount > .zero else { return }
        let id = ID<LedgerTransaction>.make(at: now)
        for (position, part) in parts.enumerated() {
            try execute(
                "INSERT INTO reservation_lots (job_id, position, lot_id, amount) VALUES ($1, $2, $3, $4)",
                job, position, part.lot, part.amount)
            try insertEntries(
                id, 2 * position, from: .customer(.available, account, part.lot), to: .customer(.reserved, account, part.lot),
                part.amount)
        }
        try insertTransaction(id, .reserve, "reserve:\(job)", account, job: job, actor: actor, amount, balance, now)
    }

    /// Ends a job's reservation: `captured` of it is spent, the rest given back. Nothing, and no change, when it has
    /// ended already. To be called in the transaction that ends the job, and nowhere else.
    package func settleReservation(of job: ID<Job>, capturing captured: Credits, now: Instant) throws(DatabaseError) -> Receipt? {
        guard let row = try queryOne("""
            UPDATE reservations SET captured = $2, released = amount - $2, ended_at = $3
            WHERE job_id = $1 AND ended_at IS NULL RETURNING account_id, amount
            """, job, captured, now)
        else { return nil }
        let account = try row.get("account_id", as: ID<Account>.self)
        let reserved = try row.get("amount", as: Credits.self)
        let settlement = Reservation.settle(try reservedParts(of: job), capturing: captured)
        let after = try moveBalance(of: account, available: reserved - captured, reserved: -reserved, now: now)
        // In the order of what they say is left, since histories are read by id.
        let ids = [ID<LedgerTransaction>.make(at: now), .make(at: now)].sorted()

        if captured > .zero {
            let balance = Balance(available: after.available - (reserved - captured), reserved: after.reserved + (reserved - captured))
            try capture(ids[0], settlement.captured, captured, of: job, account, balance, now)
        }
        if captured < reserved {
            try release(ids[1], settlement.released, reserved - captured, of: job, account, after, now)
        }
        return Receipt(reserved: reserved, captured: captured, released: reserved - captured, endedAt: now)
    }

    package func receipt(of job: ID<Job>) throws(DatabaseError) -> Receipt? {
        guard let row = try queryOne("SELECT amount, captured, released, ended_at FROM reservations WHERE job_id = $1", job)
        else { return nil }
        return try Receipt(
            reserved: row.get("amount"), captured: row.get("captured"), released: row.get("released"), endedAt: row.get("ended_at"))
    }

    private func capture(
        _ id: ID<LedgerTransaction>, _ parts: [Reservation.Part], _ amount: Credits, of job: ID<Job>, _ account: ID<Account>,
        _ after: Balance, _ now: Instant
    ) throws(DatabaseError) {
        for (position, part) in parts.enumerated() {
            try insertEntries(
                id, 2 * position, from: .customer(.reserved, account, part.lot), to: .house(.revenue), part.amount)
        }
        try insertTransaction(id, .capture, "capture:\(job)", account, job: job, actor: nil, amount, after, now)
    }

    private func release(
        _ id: ID<LedgerTransaction>, _ parts: [Reservation.Part], _ amount: Credits, of job: ID<Job>, _ account: ID<Account>,
        _ after: Balance, _ now: Instant
    ) throws(DatabaseError) {
        for (position, part) in parts.enumerated() {
            let lot = try giveBack(part, of: account, now)
            try insertEntries(
                id, 2 * position, from: .customer(.reserved, account, part.lot), to: .customer(.available, account, lot),
                part.amount)
        }
        try insertTransaction(id, .release, "release:\(job)", account, job: job, actor: nil, amount, after, now)
    }

    /// Back into its lot; where that has expired meanwhile, into a new one that lives for seven more days.
    private func giveBack(_ part: Reservation.Part, of account: ID<Account>, _ now: Instant) throws(DatabaseError) -> ID<Lot> {
        let changed = try execute("""
            UPDATE lots SET remaining = remaining + $2 WHERE id = $1 AND (expires_at IS NULL OR expires_at > $3)
            """, part.lot, part.amount, now)
        if changed == 1 { return part.lot }
        let source: Lot.Source = try queryOne("SELECT source FROM lots WHERE id = $1", part.lot)?.get("source") ?? .bonus
        return try insertLot(source, part.amount, of: account, expiresAt: now + .seconds(7 * 86_400), now: now)
    }

    private func takeFromLots(_ amount: Credits, of account: ID<Account>) throws -> [Reservation.Part] {
        let lots = try query("""
            SELECT id, source, remaining, expires_at FROM lots WHERE account_id = $1 AND remaining > 0
            ORDER BY expires_at NULLS LAST, id
            """, account).map { try Lot(id: $0.get("id"), source: $0.get("source"), remaining: $0.get("remaining"), expiresAt: $0.get("expires_at")) }
        guard let parts = Reservation.split(amount, over: lots) else {
            throw DatabaseError(.check, "account \(account) has a balance that its lots do not hold; run 'darkroom audit'")
        }
        for part in parts {
            try execute("UPDATE lots SET remaining = remaining - $2 WHERE id = $1", part.lot, part.amount)
        }
        return parts
    }

    private func reservedParts(of job: ID<Job>) throws(DatabaseError) -> [Reservation.Part] {
        try query("SELECT lot_id, amount FROM reservation_lots WHERE job_id = $1 ORDER BY position", job)
            .map { row throws(DatabaseError) in try Reservation.Part(lot: row.get("lot_id"), amount: row.get("amount")) }
    }
}

/// One side of a movement of credits.
private struct Side {
    let book: Book
    let account: ID<Account>?
    let lot: ID<Lot>?

    static func house(_ book: Book) -> Side { Side(book: book, account: nil, lot: nil) }

    static func customer(_ book: Book, _ account: ID<Account>, _ lot: ID<Lot>) -> Side {
        Side(book: book, account: account, lot: lot)
    }
}

extension Transaction {
    private func moveBalance(
        of account: ID<Account>, available: Credits, reserved: Credits, now: Instant
    ) throws(DatabaseError) -> Balance {
        let row = try queryOne("""
            UPDATE balances SET available = available + $2, reserved = reserved + $3, updated_at = $4
            WHERE account_id = $1 RETURNING available, reserved
            """, account, available, reserved, now)
        guard let row else { throw DatabaseError(.foreignKey, "account \(account) has no balance") }
        return try Balance(row)
    }

    private func insertLot(
        _ source: Lot.Source, _ amount: Credits, of account: ID<Account>, expiresAt: Instant?, now: Instant
    ) throws(DatabaseError) -> ID<Lot> {
        let id = ID<Lot>.make(at: now)
        try execute("""
            INSERT INTO lots (id, account_id, source, granted, remaining, expires_at, created_at)
            VALUES ($1, $2, $3, $4, $4, $5, $6)
            """, id, account, source, amount, expiresAt, now)
        return id
    }

    /// The two entries of one movement.
    private func insertEntries(
        _ id: ID<LedgerTransaction>, _ position: Int, from: Side, to: Side, _ amount: Credits
    ) throws(DatabaseError) {
        try execute("""
            INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount)
            VALUES ($1, $2, $3, $4, $5, $6), ($1, $7, $8, $9, $10, $11)
            """, id, position, from.book, from.account, from.lot, -amount, position + 1, to.book, to.account, to.lot, amount)
    }

    private func insertTransaction(
        _ id: ID<LedgerTransaction>, _ kind: TransactionKind, _ key: String, _ account: ID<Account>, job: ID<Job>?,
        actor: ID<User>?, _ amount: Credits, _ after: Balance, _ now: Instant
    ) throws(DatabaseError) {
        try execute("""
            INSERT INTO transactions
                (id, kind, key, account_id, job_id, actor, amount, available_after, reserved_after, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """, id, kind, key, account, job, actor, amount, after.available, after.reserved, now)
    }
}

extension Balance {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        try self.init(available: row.get("available"), reserved: row.get("reserved"))
    }
}
