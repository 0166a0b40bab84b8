import SQL

extension LedgerCheckRule {
    static let all: [LedgerCheckRule] = ledger + balances + expiry + reservations + limits + jobs + names + billing

    private static let ledger: [LedgerCheckRule] = [
        LedgerCheckRule(.transactions, name: "a transaction's entries sum to zero", statement: """
            SELECT transaction_id AS subject, '0' AS expected, CAST(SUM(amount) AS TEXT) AS found FROM entries
            GROUP BY transaction_id HAVING SUM(amount) <> 0 ORDER BY transaction_id LIMIT $1
            """),
        LedgerCheckRule(.transactions, name: "every entry belongs to a transaction", statement: """
            SELECT e.transaction_id AS subject, 'a transaction' AS expected, 'none' AS found
            FROM entries e LEFT JOIN transactions t ON t.id = e.transaction_id WHERE t.id IS NULL ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.transactions, name: "every transaction has entries", statement: """
            SELECT t.id AS subject, 'entries' AS expected, 'none' AS found
            FROM transactions t LEFT JOIN entries e ON e.transaction_id = t.id WHERE e.transaction_id IS NULL
            ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(
            .transactions, name: "a transaction's amount equals the sum of its positive entries", statement: """
            SELECT t.id AS subject, CAST(e.amount AS TEXT) AS expected, CAST(t.amount AS TEXT) AS found
            FROM transactions t
            JOIN (SELECT transaction_id, SUM(amount) AS amount FROM entries WHERE amount > 0 GROUP BY transaction_id) e
                ON e.transaction_id = t.id
            WHERE ABS(t.amount) <> e.amount ORDER BY 1 LIMIT $1
            """),
    ]

    /// What no foreign key ensures, for the sake of speed.
    private static let names: [LedgerCheckRule] = [
        LedgerCheckRule(.transactions, name: "an entry belongs to the account of its lot", statement: """
            SELECT e.transaction_id AS subject, l.account_id AS expected, COALESCE(e.account_id, 'none') AS found
            FROM entries e JOIN lots l ON l.id = e.lot_id WHERE e.account_id <> l.account_id ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.reservations, name: "a reservation belongs to the account of its job", statement: """
            SELECT r.job_id AS subject, j.account_id AS expected, r.account_id AS found
            FROM reservations r JOIN jobs j ON j.id = r.job_id WHERE r.account_id <> j.account_id ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.jobs, name: "an event belongs to a job of its account", statement: """
            SELECT e.job_id AS subject, COALESCE(j.account_id, 'a job') AS expected, e.account_id AS found
            FROM job_events e LEFT JOIN jobs j ON j.id = e.job_id
            WHERE j.id IS NULL OR j.account_id <> e.account_id ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.jobs, name: "a job's kind, endpoint and price exist", statement: """
            SELECT j.id AS subject, 'a kind, an endpoint and a price' AS expected, j.kind || ', ' || j.endpoint AS found
            FROM jobs j LEFT JOIN kinds k ON k.name = j.kind LEFT JOIN endpoints e ON e.id = j.endpoint
            LEFT JOIN prices p ON p.version = j.price_version
            WHERE k.name IS NULL OR e.id IS NULL OR p.version IS NULL ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.jobs, name: "the requester of a job is known", statement: """
            SELECT j.id AS subject, 'a user or a key' AS expected, COALESCE(j.created_by, j.key_id) AS found
            FROM jobs j LEFT JOIN users u ON u.id = j.created_by LEFT JOIN api_keys k ON k.id = j.key_id
            WHERE (j.created_by IS NOT NULL AND u.id IS NULL) OR (j.key_id IS NOT NULL AND k.id IS NULL)
            ORDER BY 1 LIMIT $1
            """),
    ]

    private static let balances: [LedgerCheckRule] = [
        balance("available"),
        balance("reserved"),
        LedgerCheckRule(.balances, name: "an account with entries or lots has a balance", statement: """
            SELECT a.account_id AS subject, 'a balance' AS expected, 'none' AS found
            FROM (SELECT account_id FROM entries WHERE account_id IS NOT NULL UNION SELECT account_id FROM lots) a
            LEFT JOIN balances b ON b.account_id = a.account_id WHERE b.account_id IS NULL ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(
            .balances, name: "a balance's allocated credits equal the sum of its transactions", statement: """
            SELECT b.account_id AS subject, CAST(COALESCE(t.amount, 0) AS TEXT) AS expected,
                CAST(b.allocated AS TEXT) AS found
            FROM balances b
            LEFT JOIN (
                SELECT account_id, SUM(amount) AS amount FROM transactions WHERE kind IN ('purchase', 'grant', 'bonus')
                GROUP BY account_id) t ON t.account_id = b.account_id
            WHERE b.allocated <> COALESCE(t.amount, 0) ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.balances, name: "a balance's available credits equal the sum of its lots", statement: """
            SELECT b.account_id AS subject, CAST(b.available AS TEXT) AS expected,
                CAST(COALESCE(l.remaining, 0) AS TEXT) AS found
            FROM balances b
            LEFT JOIN (SELECT account_id, SUM(remaining) AS remaining FROM lots GROUP BY account_id) l
                ON l.account_id = b.account_id
            WHERE b.available <> COALESCE(l.remaining, 0) ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.lots, name: "a lot's remaining credits equal the sum of its entries", statement: """
            SELECT l.id AS subject, CAST(COALESCE(e.amount, 0) AS TEXT) AS expected, CAST(l.remaining AS TEXT) AS found
            FROM lots l
            LEFT JOIN (SELECT lot_id, SUM(amount) AS amount FROM entries WHERE book = 'available' GROUP BY lot_id) e
                ON e.lot_id = l.id
            WHERE l.remaining <> COALESCE(e.amount, 0) ORDER BY 1 LIMIT $1
            """),
    ]

    private static func balance(_ book: Statement) -> LedgerCheckRule {
        LedgerCheckRule(
            .balances, name: "a balance is the sum of its entries (\(book.text(in: .sqlite)))", statement: """
            SELECT b.account_id AS subject, CAST(COALESCE(e.amount, 0) AS TEXT) AS expected,
                CAST(b.\(book) AS TEXT) AS found
            FROM balances b
            LEFT JOIN (SELECT account_id, SUM(amount) AS amount FROM entries WHERE book = '\(book)'
                GROUP BY account_id) e
                ON e.account_id = b.account_id
            WHERE b.\(book) <> COALESCE(e.amount, 0) ORDER BY 1 LIMIT $1
            """)
    }

    private static let expiry: [LedgerCheckRule] = [
        // With a minute's tolerance, since nodes' clocks differ.
        LedgerCheckRule(
            .lots, name: "a lot that expired before the last expiry run has no credits left", statement: """
            SELECT l.id AS subject, '0' AS expected, CAST(l.remaining AS TEXT) AS found FROM lots l
            JOIN scheduled_tasks d ON d.name = 'expire lots'
            WHERE l.is_open = 1 AND l.expires_at <= d.ran_at - 60000 AND l.created_at <= d.ran_at - 60000
            ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(
            .lots, name: "a lot is marked as expired exactly if the ledger has booked its expiry", statement: """
            SELECT l.id AS subject, CASE WHEN t.id IS NULL THEN 'no end' ELSE 'an end' END AS expected,
                CASE WHEN l.expired_at IS NULL THEN 'no end' ELSE 'an end' END AS found
            FROM lots l LEFT JOIN transactions t ON t.key = 'expire:' || l.id
            WHERE (l.expired_at IS NULL) <> (t.id IS NULL) ORDER BY 1 LIMIT $1
            """),
    ]

    private static let limits: [LedgerCheckRule] = [
        // Periods consist of days (UTC), so the jobs are read once and summed by day, for every kind of limit.
        LedgerCheckRule(
            .limits, name: "a spend counter equals the credits reserved and not released", statement: """
            WITH days AS MATERIALIZED (
                SELECT j.account_id, j.created_by, j.key_id, j.created_at - j.created_at % 86400000 AS day,
                    SUM(r.amount - r.released) AS spent
                FROM jobs j JOIN reservations r ON r.job_id = j.id
                WHERE j.account_id IN (SELECT account_id FROM spend_counters)
                GROUP BY j.account_id, j.created_by, j.key_id, j.created_at - j.created_at % 86400000
            )
            SELECT c.subject || ' per ' || c.period || ' from ' || c.starts_at AS subject,
                CAST(COALESCE(SUM(d.spent), 0) AS TEXT) AS expected,
                CAST(c.spent AS TEXT) AS found
            FROM spend_counters c
            LEFT JOIN days d ON d.account_id = c.account_id AND d.day >= c.starts_at AND d.day < c.ends_at
                AND (c.scope = 'account' OR (c.scope = 'member' AND d.created_by = c.subject)
                    OR (c.scope = 'key' AND d.key_id = c.subject))
            GROUP BY c.account_id, c.scope, c.subject, c.period, c.starts_at, c.spent
            HAVING COALESCE(SUM(d.spent), 0) <> c.spent ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.limits, name: "every spend counter has a limit", statement: """
            SELECT c.subject || ' per ' || c.period || ' from ' || c.starts_at AS subject, 'a limit' AS expected,
                'none' AS found FROM spend_counters c
            WHERE NOT EXISTS (SELECT 1 FROM spend_limits l WHERE l.account_id = c.account_id AND l.scope = c.scope
                AND l.subject = c.subject AND l.period = c.period) ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.limits, name: "a balance records whether its account has limits", statement: """
            SELECT b.account_id AS subject, CASE WHEN l.account_id IS NULL THEN '0' ELSE '1' END AS expected,
                CAST(b.has_limits AS TEXT) AS found
            FROM balances b LEFT JOIN (SELECT DISTINCT account_id FROM spend_limits) l ON l.account_id = b.account_id
            WHERE b.has_limits <> CASE WHEN l.account_id IS NULL THEN 0 ELSE 1 END ORDER BY 1 LIMIT $1
            """),
    ]

    private static let reservations: [LedgerCheckRule] = [
        LedgerCheckRule(.balances, name: "a balance's reserved credits equal its open reservations", statement: """
            SELECT b.account_id AS subject, CAST(COALESCE(r.amount, 0) AS TEXT) AS expected,
                CAST(b.reserved AS TEXT) AS found
            FROM balances b
            LEFT JOIN (SELECT account_id, SUM(amount) AS amount FROM reservations WHERE ended_at IS NULL
                GROUP BY account_id) r
                ON r.account_id = b.account_id
            WHERE b.reserved <> COALESCE(r.amount, 0) ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(
            .reservations, name: "a job's reservation is open until the job ends", statement: """
            SELECT j.id AS subject, CASE WHEN j.ended_at IS NULL THEN 'open' ELSE 'ended' END AS expected,
                CASE WHEN r.job_id IS NULL THEN 'none' WHEN r.ended_at IS NULL THEN 'open' ELSE 'ended' END AS found
            FROM jobs j LEFT JOIN reservations r ON r.job_id = j.id
            WHERE r.job_id IS NULL OR (j.ended_at IS NULL) <> (r.ended_at IS NULL) ORDER BY 1 LIMIT $1
            """),
        // A reservation that was released completely took nothing, and that is how one without a job is repaired.
        LedgerCheckRule(.reservations, name: "a reservation belongs to a job", statement: """
            SELECT r.job_id AS subject, 'a job' AS expected,
                CASE WHEN r.ended_at IS NULL THEN 'none' ELSE 'none, and it was captured' END AS found
            FROM reservations r LEFT JOIN jobs j ON j.id = r.job_id
            WHERE j.id IS NULL AND (r.ended_at IS NULL OR r.captured > 0) ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.reservations, name: "a reservation's amount equals the price of its job", statement: """
            SELECT r.job_id AS subject, CAST(j.price AS TEXT) AS expected, CAST(r.amount AS TEXT) AS found
            FROM reservations r JOIN jobs j ON j.id = r.job_id WHERE r.amount <> j.price ORDER BY 1 LIMIT $1
            """),
        movement("amount", "reserve"),
        movement("captured", "capture"),
        movement("released", "release"),
        LedgerCheckRule(.reservations, name: "a failed or cancelled job costs nothing", statement: """
            SELECT j.id AS subject, '0' AS expected, CAST(r.captured AS TEXT) AS found
            FROM jobs j JOIN reservations r ON r.job_id = j.id
            WHERE j.state IN ('failed', 'cancelled') AND r.captured <> 0 ORDER BY 1 LIMIT $1
            """),
    ]

    /// What a reservation says was reserved, captured or released is what the ledger booked for its job, once.
    private static func movement(_ column: Statement, _ kind: Statement) -> LedgerCheckRule {
        LedgerCheckRule(
            .reservations, name: "a reservation matches the ledger (\(column.text(in: .sqlite)))", statement: """
            SELECT r.job_id AS subject, CAST(COALESCE(t.amount, 0) AS TEXT) AS expected,
                CAST(r.\(column) AS TEXT) AS found
            FROM reservations r
            LEFT JOIN (SELECT job_id, SUM(amount) AS amount FROM transactions WHERE kind = '\(kind)' GROUP BY job_id) t
                ON t.job_id = r.job_id
            WHERE r.\(column) <> COALESCE(t.amount, 0) ORDER BY 1 LIMIT $1
            """)
    }

    private static let jobs: [LedgerCheckRule] = [
        LedgerCheckRule(.jobs, name: "a completed job has its outputs", statement: """
            SELECT j.id AS subject, CAST(j.outputs_delivered AS TEXT) AS expected, CAST(COUNT(a.id) AS TEXT) AS found
            FROM jobs j LEFT JOIN assets a ON a.job_id = j.id WHERE j.state = 'completed'
            GROUP BY j.id, j.outputs_delivered HAVING COUNT(a.id) <> j.outputs_delivered ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.jobs, name: "a job's events are numbered without gaps", statement: """
            SELECT j.id AS subject, CAST(j.event_seq AS TEXT) AS expected, CAST(COUNT(e.seq) AS TEXT) AS found
            FROM jobs j LEFT JOIN job_events e ON e.job_id = j.id
            GROUP BY j.id, j.event_seq HAVING COUNT(e.seq) <> j.event_seq ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.jobs, name: "an account's events are numbered without gaps", statement: """
            SELECT a.id AS subject, CAST(a.event_seq AS TEXT) AS expected, CAST(COUNT(e.account_seq) AS TEXT) AS found
            FROM accounts a LEFT JOIN job_events e ON e.account_id = a.id
            GROUP BY a.id, a.event_seq HAVING COUNT(e.account_seq) <> a.event_seq ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.jobs, name: "an account's slot count equals the number of its jobs with a slot", statement: """
            SELECT a.id AS subject, CAST(COUNT(j.id) AS TEXT) AS expected, CAST(a.slots_used AS TEXT) AS found
            FROM accounts a LEFT JOIN jobs j ON j.account_id = a.id AND j.slot_at IS NOT NULL
            GROUP BY a.id, a.slots_used HAVING COUNT(j.id) <> a.slots_used ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.jobs, name: "a processing job has exactly one open attempt", statement: """
            SELECT j.id AS subject, '1' AS expected, CAST(COUNT(t.id) AS TEXT) AS found
            FROM jobs j LEFT JOIN attempts t ON t.job_id = j.id AND t.ended_at IS NULL WHERE j.state = 'processing'
            GROUP BY j.id HAVING COUNT(t.id) <> 1 ORDER BY 1 LIMIT $1
            """),
    ]
}
