import SQL

extension BillingStatements {
    /// What is known of a paid invoice of a plan, whether it has brought credits yet or not.
    func put(_ months: [PlanMonth], of new: NewPurchase, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO plan_invoices (key, account_id, environment, item, amount, currency, payment_intent, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, new.key, new.account, new.environment, new.item, max(new.paid.amount, 0), new.paid.currency,
            new.paymentIntent, now)
        for month in months {
            try execute("""
                INSERT INTO plan_months (invoice_key, position, account_id, environment, starts_at, ends_at, expires_at,
                    counts_at, credits, granted, withheld, is_trial, is_open)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                """, month.invoice, month.position, new.account, new.environment, month.start, month.end,
                month.expiresAt, month.countsAt, month.credits, month.granted, month.withheld, month.isTrial ? 1 : 0,
                month.isOpen ? 1 : 0)
        }
    }

    /// What has changed of it.
    func update(_ month: PlanMonth) throws(DatabaseError) {
        try execute("""
            UPDATE plan_months SET granted = $3, withheld = $4, is_open = $5 WHERE invoice_key = $1 AND position = $2
            """, month.invoice, month.position, month.granted, month.withheld, month.isOpen ? 1 : 0)
    }

    /// Whether the invoice with this key was applied before, also by a version that knew no months.
    func isApplied(invoice key: String) throws(DatabaseError) -> Bool {
        if try transaction.ledger.isBooked(key: key) { return true }
        return try queryOne("SELECT 1 AS one FROM plan_invoices WHERE key = $1", key) != nil
    }

    /// Whether the invoice with this key was applied, and nothing of it is granted.
    func isFruitless(invoice key: String) throws(DatabaseError) -> Bool {
        try queryOne("""
            SELECT 1 AS one FROM plan_invoices i WHERE i.key = $1
                AND NOT EXISTS (SELECT 1 FROM plan_months m WHERE m.invoice_key = i.key AND m.granted > 0)
            """, key) != nil
    }

    /// All of an account, the earliest invoice first.
    func planMonths(
        of account: ID<Account>, in environment: StripeEnvironment
    ) throws(DatabaseError) -> [PlanMonth] {
        try query("""
            SELECT m.* FROM plan_months m JOIN plan_invoices i ON i.key = m.invoice_key
            WHERE m.account_id = $1 AND m.environment = $2 ORDER BY i.created_at, m.invoice_key, m.position
            """, account, environment).map(PlanMonth.init)
    }

    func planMonths(ofInvoice key: String) throws(DatabaseError) -> [PlanMonth] {
        try query("SELECT * FROM plan_months WHERE invoice_key = $1 ORDER BY position", key).map(PlanMonth.init)
    }

    /// Those that have begun and are not granted yet, the longest overdue first, from behind `last`.
    func dueMonths(
        in environment: StripeEnvironment, after last: DueMonth?, limit: Int, now: Instant
    ) throws(DatabaseError) -> [DueMonth] {
        try query("""
            SELECT account_id, counts_at, invoice_key, position FROM plan_months
            WHERE is_open = 1 AND counts_at <= $1 AND environment = $2
                AND (counts_at, invoice_key, position) > ($3, $4, $5)
            ORDER BY counts_at, invoice_key, position LIMIT $6
            """, now, environment, last?.countsAt ?? Instant(rawValue: .min), last?.invoice ?? "", last?.position ?? 0,
            limit).map { row throws(DatabaseError) in
                try DueMonth(
                    account: row.get("account_id"), countsAt: row.get("counts_at"), invoice: row.get("invoice_key"),
                    position: row.get("position"))
            }
    }

    /// When a month that is paid for already brings credits again. Nil if none does.
    func nextPlanMonth(of account: ID<Account>, now: Instant) throws(DatabaseError) -> Instant? {
        try queryOne("""
            SELECT counts_at FROM plan_months WHERE account_id = $1 AND is_trial = 0 AND counts_at > $2
            GROUP BY counts_at HAVING SUM(credits - withheld - granted) > 0 ORDER BY counts_at LIMIT 1
            """, account, now)?.get("counts_at")
    }

    /// What was paid with an invoice of a plan, with nothing granted of it.
    func planInvoice(_ key: String) throws(DatabaseError) -> NewPurchase? {
        try queryOne("SELECT * FROM plan_invoices WHERE key = $1", key).map { row throws(DatabaseError) in
            try NewPurchase(
                account: row.get("account_id"), source: .invoice, key: key, item: row.get("item"), credits: .zero,
                paid: Money(row.get("amount"), row.get("currency")), environment: row.get("environment"),
                paymentIntent: row.get("payment_intent"), expiresAt: nil)
        }
    }
}

/// A month that has begun and is not granted yet.
struct DueMonth: Sendable, Hashable {
    let account: ID<Account>
    let countsAt: Instant
    let invoice: String
    let position: Int
}

extension PlanMonth {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        invoice = try row.get("invoice_key")
        position = try row.get("position")
        start = try row.get("starts_at")
        end = try row.get("ends_at")
        expiresAt = try row.get("expires_at")
        countsAt = try row.get("counts_at")
        credits = try row.get("credits")
        isTrial = try row.get("is_trial", as: Int.self) != 0
        granted = try row.get("granted")
        withheld = try row.get("withheld")
        isOpen = try row.get("is_open", as: Int.self) != 0
    }
}
