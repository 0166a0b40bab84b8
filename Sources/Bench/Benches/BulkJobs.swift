import Core
import SQL

/// Completed jobs with all that belongs to them, as the product would have left them, loaded by few statements. Every
/// second one was asked for two outputs and delivered one, so that a job has five entries on the average.
struct BulkJobs: Sendable {
    let accounts: Int
    let perAccount: Int
    /// A job of the product's own: what it says of kind, endpoint and price, these say too.
    let sample: ID<Job>
    let engine: BenchEngine

    private static let prefix = "01900000-0000-7000-8000-"
    private static let batch = 20_000

    var count: Int { accounts * perAccount }
    var entries: Int { count * 5 }
    var accountNumbers: Range<Int> { 0..<accounts }

    func id(_ number: Int) -> ID<Job> { ID(rawValue: Self.prefix + String(BenchAccounts.base + number)) }
    func account(_ number: Int) -> Int { number % accounts }

    func load(into database: Database, progress: (Int) -> Void) async throws {
        var next = 0
        while next < count {
            let last = min(next + Self.batch, count) - 1
            try await database.write(order: .alone) { [next] in try insert(next, last, $0) }
            next = last + 1
            if next % (10 * Self.batch) == 0 { progress(next) }
        }
        try await database.write(order: .alone) { try settleAccounts($0) }
        // None of them is searched for, and a server would be busy with them.
        try await database.write(order: .alone) { try $0.perform("DELETE FROM search_queue") }
        // As the server would find it after a while: statistics are there.
        try await database.write(order: .alone) { try $0.perform("ANALYZE") }
    }

    private func insert(_ first: Int, _ last: Int, _ transaction: Transaction) throws {
        // As a restored backup: triggers and foreign keys were obeyed when the rows were made, and the audit looks
        // again.
        if engine == .postgres { try transaction.perform("SET LOCAL session_replication_role = replica") }
        for statement in Self.statements {
            try transaction.query(
                "\(Self.numbers) \(statement)",
                values: [
                    .integer(Int64(first)), .integer(Int64(last)), .integer(Int64(accounts)), .text(Self.prefix),
                    .text(BenchAccounts.accountPrefix), .integer(Int64(BenchAccounts.base)),
                    .text(BenchAccounts.lotPrefix), .integer(Int64(BenchAccounts.credits)), sample.sqlValue,
                ])
        }
    }

    /// The rows' numbers and what follows from them; `two` where two outputs were asked for. Every parameter is used,
    /// since PostgreSQL wants to know the type of each.
    private static let numbers: Statement = """
        WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CAST($2 AS BIGINT)),
        b AS (
            SELECT i, CAST($4 AS TEXT) || (CAST($6 AS BIGINT) + i) AS job,
                CAST($5 AS TEXT) || (CAST($6 AS BIGINT) + i % CAST($3 AS BIGINT)) AS account,
                CAST($7 AS TEXT) || (CAST($6 AS BIGINT) + i % CAST($3 AS BIGINT)) AS lot,
                i / CAST($3 AS BIGINT) AS k, (i / CAST($3 AS BIGINT)) % 2 AS two, s.price AS price,
                s.created_at - 3456000000 + i AS at,
                CAST($8 AS BIGINT) - s.price * (i / CAST($3 AS BIGINT) + 3) AS available_after
            FROM n, jobs s WHERE s.id = CAST($9 AS TEXT)
        )
        """

    /// Entries come before their transactions, whose insertion closes them.
    private static let statements: [Statement] = [
        """
        INSERT INTO jobs (id, account_id, kind, kind_version, endpoint, provider, state, parameters, outputs_asked,
            outputs_delivered, price, price_version, price_breakdown, event_seq, attempt_count, order_at, run_at,
            time_limit, deadline_at, created_at, started_at, ended_at)
        SELECT b.job, b.account, s.kind, s.kind_version, s.endpoint, s.provider, 'completed', s.parameters, 1 + b.two,
            1, b.price * (1 + b.two), s.price_version, s.price_breakdown, 3, 1, b.at, b.at, s.time_limit,
            b.at + s.time_limit, b.at, b.at + 1000, b.at + 5000
        FROM b, jobs s WHERE s.id = CAST($9 AS TEXT)
        """,
        """
        INSERT INTO attempts (id, job_id, number, provider, endpoint, state, request_id, response, created_at,
            submitted_at, responded_at, ended_at)
        SELECT REPLACE(b.job, '-8000-', '-a000-'), b.job, 1, 'sandbox', s.endpoint, 'succeeded', b.job, '{}',
            b.at + 1000, b.at + 1100, b.at + 4000, b.at + 5000
        FROM b, jobs s WHERE s.id = CAST($9 AS TEXT)
        """,
        """
        INSERT INTO job_events (job_id, seq, account_id, account_seq, type, state, data, created_at)
        SELECT job, 1, account, 3 * k + 1, 'queued', 'queued', '{}', at FROM b
        UNION ALL SELECT job, 2, account, 3 * k + 2, 'started', 'processing', '{"attempt":1}', at + 1000 FROM b
        UNION ALL SELECT job, 3, account, 3 * k + 3, 'completed', 'completed', '{}', at + 5000 FROM b
        """,
        """
        INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount)
        SELECT REPLACE(job, '-8000-', '-8001-'), 0, 'available', account, lot, -price * (1 + two) FROM b
        UNION ALL SELECT REPLACE(job, '-8000-', '-8001-'), 1, 'reserved', account, lot, price * (1 + two) FROM b
        UNION ALL SELECT REPLACE(job, '-8000-', '-8002-'), 0, 'reserved', account, lot, -price FROM b
        UNION ALL SELECT REPLACE(job, '-8000-', '-8002-'), 1, 'revenue', NULL, NULL, price FROM b
        UNION ALL SELECT REPLACE(job, '-8000-', '-8003-'), 0, 'reserved', account, lot, -price FROM b WHERE two = 1
        UNION ALL SELECT REPLACE(job, '-8000-', '-8003-'), 1, 'available', account, lot, price FROM b WHERE two = 1
        """,
        """
        INSERT INTO transactions (id, kind, key, account_id, job_id, amount, available_after, reserved_after,
            created_at)
        SELECT REPLACE(job, '-8000-', '-8001-'), 'reserve', 'reserve:' || job, account, job, price * (1 + two),
            available_after, price * (1 + two), at FROM b
        UNION ALL SELECT REPLACE(job, '-8000-', '-8002-'), 'capture', 'capture:' || job, account, job, price,
            available_after, price * two, at + 5000 FROM b
        UNION ALL SELECT REPLACE(job, '-8000-', '-8003-'), 'release', 'release:' || job, account, job, price,
            available_after, 0, at + 5000 FROM b WHERE two = 1
        """,
        """
        INSERT INTO reservations (job_id, account_id, amount, captured, released, created_at, ended_at)
        SELECT job, account, price * (1 + two), price, price * two, at, at + 5000 FROM b
        """,
        """
        INSERT INTO assets (id, account_id, job_id, output_index, key, name, content_type, size, sha256, width, height,
            tags, created_at)
        SELECT REPLACE(job, '-8000-', '-9000-'), account, job, 0, 'outputs/' || account || '/' || job || '/0.png',
            '0.png', 'image/png', 1000, '', 1024, 1024, '[]', at + 5000 FROM b
        """,
    ]

    /// What the accounts are after all that.
    private func settleAccounts(_ transaction: Transaction) throws {
        let price =
            try transaction.queryOne("SELECT price FROM jobs WHERE id = $1", sample)?.get("price", as: Int.self) ?? 0
        let last = BenchAccounts.accountPrefix + String(BenchAccounts.base + accounts)
        let spent = price * perAccount
        try transaction.perform(
            "UPDATE accounts SET event_seq = $2 WHERE plan = 'bench' AND id < $1", last, 3 * perAccount)
        try transaction.perform("""
            UPDATE balances SET available = available - $2 WHERE account_id < $1 AND account_id >= $3
            """, last, spent, BenchAccounts.accountPrefix)
        try transaction.perform("""
            UPDATE lots SET remaining = remaining - $2 WHERE account_id < $1 AND account_id >= $3
            """, last, spent, BenchAccounts.accountPrefix)
        try transaction.perform("""
            INSERT INTO storage_usage (account_id, files, bytes)
            SELECT id, $2, $3 FROM accounts WHERE plan = 'bench' AND id < $1
            """, last, perAccount, 1000 * perAccount)
    }
}
