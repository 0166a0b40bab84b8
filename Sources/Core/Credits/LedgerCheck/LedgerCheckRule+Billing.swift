import SQL

extension LedgerCheckRule {
    /// Compares what was bought with what the ledger booked for it, and checks what is owed.
    static let billing: [LedgerCheckRule] = [
        LedgerCheckRule(.purchases, name: "a purchase is booked with its amount of credits", statement: """
            SELECT p.id AS subject, CAST(p.credits AS TEXT) AS expected,
                CAST(COALESCE(t.amount, 0) + COALESCE(m.amount, 0) AS TEXT) AS found
            FROM purchases p LEFT JOIN transactions t ON t.key = p.key AND t.account_id = p.account_id
            LEFT JOIN (
                SELECT substr(key, length('month:') + 1, 36) AS purchase_id, account_id, SUM(amount) AS amount
                FROM transactions WHERE kind = 'grant' AND key LIKE 'month:%'
                GROUP BY substr(key, length('month:') + 1, 36), account_id
            ) m ON m.purchase_id = p.id AND m.account_id = p.account_id
            WHERE t.id IS NULL OR t.amount + COALESCE(m.amount, 0) <> p.credits ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.purchases, name: "every booking of purchased credits has a purchase", statement: """
            SELECT t.id AS subject, 'a purchase' AS expected, 'none' AS found
            FROM transactions t LEFT JOIN purchases p ON p.key = t.key
            WHERE t.kind IN ('purchase', 'grant') AND (t.key LIKE 'checkout:%' OR t.key LIKE 'invoice:%')
                AND p.id IS NULL
            UNION ALL
            SELECT t.id, 'a purchase', 'none'
            FROM transactions t LEFT JOIN purchases p ON p.id = substr(t.key, length('month:') + 1, 36)
            WHERE t.kind = 'grant' AND t.key LIKE 'month:%' AND p.id IS NULL ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.purchases, name: "the months of a plan's invoice add up to its purchase", statement: """
            SELECT i.key AS subject, CAST(COALESCE(p.credits, t.amount, 0) AS TEXT) AS expected,
                CAST(COALESCE(m.granted, 0) AS TEXT) AS found
            FROM plan_invoices i LEFT JOIN purchases p ON p.key = i.key LEFT JOIN transactions t ON t.key = i.key
            LEFT JOIN (SELECT invoice_key, SUM(granted) AS granted FROM plan_months GROUP BY invoice_key) m
                ON m.invoice_key = i.key
            WHERE COALESCE(p.credits, t.amount, 0) <> COALESCE(m.granted, 0) ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.purchases, name: "credits taken back from a purchase are booked or owed", statement: """
            SELECT p.id AS subject, CAST(p.clawed_back AS TEXT) AS expected,
                CAST(COALESCE(d.amount, 0) - COALESCE(t.amount, 0) AS TEXT) AS found
            FROM purchases p
            LEFT JOIN (SELECT purchase_id, SUM(amount - forgiven) AS amount FROM debts GROUP BY purchase_id) d
                ON d.purchase_id = p.id
            LEFT JOIN (
                SELECT substr(key, length('claw_back:') + 1, 36) AS purchase_id, SUM(amount) AS amount FROM transactions
                WHERE kind IN ('adjustment', 'claw_back') AND (key LIKE 'claw_back:%' OR key LIKE 'give_back:%')
                GROUP BY substr(key, length('claw_back:') + 1, 36)
            ) t ON t.purchase_id = p.id
            WHERE p.clawed_back <> COALESCE(d.amount, 0) - COALESCE(t.amount, 0) ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.purchases, name: "a claw-back names a purchase of its account", statement: """
            SELECT t.id AS subject, 'a purchase' AS expected, 'none' AS found
            FROM transactions t
            LEFT JOIN debts d ON substr(t.key, 1, 5) = 'debt:' AND d.id = substr(t.key, 6, 36)
            LEFT JOIN purchases p
                ON p.id = COALESCE(d.purchase_id, substr(t.key, 11, 36)) AND p.account_id = t.account_id
            WHERE t.kind = 'claw_back' AND p.id IS NULL ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.purchases, name: "what is paid of a debt is booked", statement: """
            SELECT d.id AS subject, CAST(d.paid AS TEXT) AS expected, CAST(COALESCE(-t.amount, 0) AS TEXT) AS found
            FROM debts d
            LEFT JOIN (
                SELECT substr(key, 6, 36) AS debt_id, SUM(amount) AS amount FROM transactions
                WHERE kind IN ('adjustment', 'claw_back') AND substr(key, 1, 5) = 'debt:' GROUP BY substr(key, 6, 36)
            ) t ON t.debt_id = d.id
            WHERE d.paid <> COALESCE(-t.amount, 0) ORDER BY 1 LIMIT $1
            """),
        LedgerCheckRule(.balances, name: "a balance's owed credits equal the sum of its open debts", statement: """
            SELECT b.account_id AS subject, CAST(COALESCE(d.amount, 0) AS TEXT) AS expected,
                CAST(b.owed AS TEXT) AS found
            FROM balances b
            LEFT JOIN (SELECT account_id, SUM(amount - paid - forgiven) AS amount FROM debts GROUP BY account_id) d
                ON d.account_id = b.account_id
            WHERE b.owed <> COALESCE(d.amount, 0) ORDER BY 1 LIMIT $1
            """),
    ]
}
