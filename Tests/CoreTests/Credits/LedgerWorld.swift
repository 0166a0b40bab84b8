@testable import Core
import SQL
import TestSupport

/// Accounts and jobs as the ledger knows them, without a worker for the jobs.
struct LedgerWorld {
    let world: TestWorld
    var database: Database { world.database }
    var now: Instant { world.clock.now }

    init(_ engine: TestEngine = .sqlite) async throws {
        world = try await TestWorld(engine)
    }

    func account() async throws -> ID<Account> {
        try await world.account().account
    }

    func grant(
        _ hundredths: Int64, to account: ID<Account>, _ source: Lot.Source = .bonus, key: String? = nil,
        expiresAt: Instant? = nil
    ) async throws {
        let now = now
        let key = key ?? "test:\(ID<Lot>.make(at: now))"
        try await database.write(order: .alone) {
            try $0.ledger.grant(
                source, Credits(hundredths: hundredths), to: account, key: key, expiresAt: expiresAt, now: now)
        }
    }

    /// A queued job with its reservation.
    @discardableResult
    func reserve(_ hundredths: Int64, of account: ID<Account>) async throws -> ID<Job> {
        let now = now
        let job = ID<Job>.make(at: now)
        try await database.write(of: account) { try $0.reserve(hundredths, of: account, for: job, now: now) }
        return job
    }

    /// Ends the job and its reservation.
    @discardableResult
    func settle(_ job: ID<Job>, capturing hundredths: Int64) async throws -> Receipt? {
        let now = now
        return try await database.write(order: .alone) { try $0.settle(job, capturing: hundredths, now: now) }
    }

    func balance(of account: ID<Account>) async throws -> Balance {
        try await database.read { try $0.ledger.balance(of: account) }
    }

    /// What is left of an account's lots, in the order in which they are spent.
    func lots(of account: ID<Account>) async throws -> [Int64] {
        try await database.read {
            try $0.query("SELECT remaining FROM lots WHERE account_id = $1 ORDER BY expires_at NULLS LAST, id", account)
                .map { try $0.get("remaining") }
        }
    }

    func entries(of kind: TransactionKind) async throws -> [String] {
        try await database.read {
            try $0.query("""
                SELECT e.book, e.amount FROM entries e JOIN transactions t ON t.id = e.transaction_id WHERE t.kind = $1
                ORDER BY t.id, e.position
                """, kind).map { try "\($0.get("book", as: String.self)) \($0.get("amount", as: Int64.self))" }
        }
    }

    func differences() async throws -> [String] { try await world.differences() }
}

extension Balance {
    /// In hundredths.
    static func of(_ available: Int64, _ reserved: Int64 = 0) -> Balance {
        Balance(available: Credits(hundredths: available), reserved: Credits(hundredths: reserved))
    }
}

extension Transaction {
    /// A queued job with its reservation.
    func reserve(_ hundredths: Int64, of account: ID<Account>, for job: ID<Job>, now: Instant) throws {
        let amount = Credits(hundredths: hundredths)
        var credits = try ledger.credits(of: [account])[account] ?? AccountCredits()
        var allowances = try credits.hasLimits
            ? spendLimits.allowances(of: [account], now: now)[account] ?? SpendAllowances() : SpendAllowances()
        let nobody = Actor(account: account, user: nil, key: nil, role: .member, platformRole: .user)
        let counts = try allowances.take(amount, by: nobody, now: now)
        let parts = try credits.reserve(amount, at: now)
        try insertBareJob(job, of: account, price: amount, now: now)
        try ledger.book([NewReservation(
            job: job, account: account, actor: nil, amount: amount, parts: parts, counts: counts,
            balance: credits.balance,
            at: now)])
    }

    /// Ends the job and its reservation.
    func settle(_ job: ID<Job>, capturing hundredths: Int64, now: Instant) throws -> Receipt? {
        try execute("""
            UPDATE jobs SET state = CASE WHEN $2 > 0 THEN 'completed'
                ELSE 'cancelled' END, outputs_delivered = 0, ended_at = $3
            WHERE id = $1
            """, job, hundredths, now)
        return try ledger.settleReservation(of: job, capturing: Credits(hundredths: hundredths), now: now)
    }

    private func insertBareJob(_ job: ID<Job>, of account: ID<Account>, price: Credits, now: Instant) throws {
        try execute("""
            INSERT INTO jobs (id, account_id, kind, kind_version, endpoint, provider, state, parameters, outputs_asked,
                price,
                price_version, price_breakdown, event_seq, order_at, run_at, time_limit, created_at)
            VALUES ($1, $2, 'text_to_image', 1, 'fal-ai/flux/schnell', 'fal', 'queued', '{}', 1, $3, 1, '{}', 0, $4, $4,
                1, $4)
            """, job, account, price, now)
    }
}
