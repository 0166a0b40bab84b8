package import SQL

/// The ledger's operations. Each books one fact under a key of its own, keeps the balance and the lots in step with the
/// entries, and relies on the database to refuse what is not allowed.
extension LedgerStatements {
    package func openBalance(of account: ID<Account>, now: Instant) throws(DatabaseError) {
        try execute(
            "INSERT INTO balances (account_id, available, reserved, updated_at) VALUES ($1, 0, 0, $2)", account, now)
    }

    /// Every account has a balance from its first moment, so this also shows whether the account exists.
    func hasBalance(_ account: ID<Account>) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM balances WHERE account_id = $1", account) != nil
    }

    package func balance(of account: ID<Account>) throws(DatabaseError) -> Balance {
        let row = try queryOne("SELECT available, reserved FROM balances WHERE account_id = $1", account)
        return try row.map { row throws(DatabaseError) in try Balance(row) }
            ?? Balance(available: .zero, reserved: .zero)
    }

    /// Grants an account credits as a lot of their own. `key` names the fact: the same fact again is a `unique` error,
    /// so check `isBooked` first if it may come twice.
    package func grant(
        _ source: Lot.Source, _ amount: Credits, to account: ID<Account>, key: String, expiresAt: Instant? = nil,
        actor: ID<User>? = nil, now: Instant
    ) throws(DatabaseError) {
        _ = try grantLot(source, amount, to: account, key: key, expiresAt: expiresAt, actor: actor, now: now)
    }

    /// As `grant`, for callers that use the lot.
    func grantLot(
        _ source: Lot.Source, _ amount: Credits, to account: ID<Account>, key: String, expiresAt: Instant?,
        actor: ID<User>? = nil,
        now: Instant
    ) throws(DatabaseError) -> ID<Lot> {
        try query("SELECT id FROM accounts WHERE id = $1 \(.forUpdate(of: "accounts"))", account)
        let id = ID<LedgerTransaction>.make(at: now)
        let lot = try insertLot(source, amount, of: account, expiresAt: expiresAt, now: now)
        let balance = try moveBalance(
            of: account, available: amount, allocated: source.isAllocation ? amount : .zero, now: now)
        try insertEntries(id, 0, from: .house(source.book), to: .customer(.available, account, lot), amount)
        try insertTransaction(id, source.kind, key, account, job: nil, actor: actor, amount, balance, now)
        return lot
    }

    func isBooked(key: String) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM transactions WHERE key = $1", key) != nil
    }

    /// Returns which account was granted how much under this key, if it was used.
    func booked(key: String) throws(DatabaseError) -> (account: ID<Account>, amount: Credits)? {
        try queryOne("SELECT account_id, amount FROM transactions WHERE key = $1", key)
            .map { row throws(DatabaseError) in try (row.get("account_id"), row.get("amount")) }
    }

    /// What the accounts can spend. It stays so until the transaction ends if their rows are locked, since every change
    /// begins by locking them.
    func credits(of accounts: [ID<Account>]) throws(DatabaseError) -> [ID<Account>: AccountCredits] {
        var all: [ID<Account>: AccountCredits] = [:]
        for row in try query(Statements.credits, rows: accounts.map { [$0] }) {
            let account = try row.get("account_id", as: ID<Account>.self)
            var credits = try AccountCredits(
                balance: Balance(row), lots: all[account]?.lots ?? [],
                hasLimits: row.get("has_limits", as: Int.self) != 0)
            if let lot = try row.get("id", as: ID<Lot>?.self) {
                credits.lots.append(try Lot(
                    id: lot, source: row.get("source"), remaining: row.get("remaining"),
                    expiresAt: row.get("expires_at")))
            }
            all[account] = credits
        }
        return all
    }

    /// Records reservations that `AccountCredits` has made. The rows of their accounts are locked.
    func book(_ reservations: [NewReservation]) throws(DatabaseError) {
        try perform(Statements.insertReservations, rows: reservations.map { [$0.job, $0.account, $0.amount, $0.at] })
        try transaction.spendLimits.count(reservations)
        // A reservation that costs nothing moves nothing.
        let moving = reservations.filter { $0.amount > .zero }.map { (id: ID<LedgerTransaction>.make(at: $0.at), $0) }
        let accounts = Dictionary(grouping: moving.map(\.1), by: \.account).sorted { $0.key < $1.key }
        try perform(Statements.reserveBalances, rows: accounts.map { account, new in
            [account, new.reduce(Credits.zero) { $0 + $1.amount }, new.map(\.at).max() ?? Instant(seconds: 0)]
        })
        let lots = Dictionary(moving.flatMap(\.1.parts).map { ($0.lot, $0.amount) }, uniquingKeysWith: +).sorted {
            $0.key < $1.key
        }
        try perform(Statements.takeFromLots, rows: lots.map { [$0.key, $0.value] })
        try insertLedger(
            entries: moving.flatMap { id, new in
                new.parts.enumerated().flatMap { position, part in
                    [
                        [id, 2 * position, LedgerAccount.available, new.account, part.lot, -part.amount],
                        [id, 2 * position + 1, LedgerAccount.reserved, new.account, part.lot, part.amount],
                    ] as [[any SQLConvertible]]
                }
            },
            transactions: moving.map { id, new in
                [
                    id, TransactionKind.reserve, new.key, new.account, new.job, new.actor, new.amount,
                    new.balance.available,
                    new.balance.reserved, new.at,
                ]
            })
    }

    /// Entries first, since their transactions close them.
    func insertLedger(entries: [[any SQLConvertible]], transactions: [[any SQLConvertible]]) throws(DatabaseError) {
        try perform(Statements.insertEntries, rows: entries)
        try perform(Statements.insertTransactions, rows: transactions)
    }

    package func receipt(of job: ID<Job>) throws(DatabaseError) -> Receipt? {
        guard let row = try queryOne(
            "SELECT amount, captured, released, ended_at FROM reservations WHERE job_id = $1", job)
        else { return nil }
        return try Receipt(
            reserved: row.get("amount"), captured: row.get("captured"), released: row.get("released"),
            endedAt: row.get("ended_at"))
    }
}

/// One side of a movement of credits.
struct Posting {
    let book: LedgerAccount
    let account: ID<Account>?
    let lot: ID<Lot>?

    static func house(_ book: LedgerAccount) -> Posting { Posting(book: book, account: nil, lot: nil) }

    static func customer(_ book: LedgerAccount, _ account: ID<Account>, _ lot: ID<Lot>) -> Posting {
        Posting(book: book, account: account, lot: lot)
    }
}

extension LedgerStatements {
    func moveBalance(
        of account: ID<Account>, available: Credits, allocated: Credits, now: Instant
    ) throws(DatabaseError) -> Balance {
        let row = try queryOne("""
            UPDATE balances SET available = available + $2, allocated = allocated + $3, updated_at = $4
            WHERE account_id = $1 RETURNING available, reserved
            """, account, available, allocated, now)
        guard let row else { throw DatabaseError(.foreignKey, "account \(account) has no balance") }
        return try Balance(row)
    }

    func insertLot(
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
    func insertEntries(
        _ id: ID<LedgerTransaction>, _ position: Int, from: Posting, to: Posting, _ amount: Credits
    ) throws(DatabaseError) {
        try execute("""
            INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount)
            VALUES ($1, $2, $3, $4, $5, $6), ($1, $7, $8, $9, $10, $11)
            """, id, position, from.book, from.account, from.lot, -amount, position + 1, to.book, to.account, to.lot,
            amount)
    }

    func insertTransaction(
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
    init(_ row: Row) throws(DatabaseError) {
        try self.init(available: row.get("available"), reserved: row.get("reserved"))
    }
}

private enum Statements {
    static let credits = BulkStatement("""
        SELECT b.account_id, b.available, b.reserved, b.has_limits, l.id, l.source, l.remaining, l.expires_at
        FROM balances b LEFT JOIN lots l ON l.account_id = b.account_id AND l.is_open = 1 WHERE b.account_id IN (
        """, row: "$1", ") ORDER BY b.account_id, l.expires_at NULLS LAST, l.id")

    static let insertReservations = BulkStatement(
        "INSERT INTO reservations (job_id, account_id, amount, created_at) VALUES", row: "($1, $2, $3, $4)")

    static let reserveBalances = BulkStatement("""
        UPDATE balances SET available = available - v.column2, reserved = reserved + v.column2, updated_at = v.column3
        FROM (VALUES
        """, row: "($1, CAST($2 AS BIGINT), CAST($3 AS BIGINT))", ") AS v WHERE balances.account_id = v.column1")

    static let takeFromLots = BulkStatement(
        "UPDATE lots SET remaining = remaining - v.column2 FROM (VALUES", row: "($1, CAST($2 AS BIGINT))",
        ") AS v WHERE lots.id = v.column1")

    static let insertEntries = BulkStatement(
        "INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount) VALUES",
        row: "($1, $2, $3, $4, $5, $6)")

    static let insertTransactions = BulkStatement("""
        INSERT INTO transactions (id, kind, key, account_id, job_id, actor, amount, available_after, reserved_after,
            created_at) VALUES
        """, row: "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
}
