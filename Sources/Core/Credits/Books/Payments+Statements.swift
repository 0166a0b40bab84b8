import SQL

/// Purchases against what Stripe has told, by the fact that both name: `checkout:cs_…`, `invoice:in_…`.
extension Transaction {
    /// - Parameter settled: What is newer may still be under way, and is no mismatch yet.
    func paymentsSection(_ period: BooksPeriod, settled: Instant, limit: Int) throws -> Books.Section {
        let (start, end) = (period.start, period.end)
        let count = try queryOne(Statements.count, start, end, settled)
        let sums = try query(Statements.sums, start, end).map { row throws(DatabaseError) in
            try Books.Sum(unit: .money(row.get("currency")), kept: row.get("kept"), against: row.get("against"))
        }
        let listed = try query(Statements.mismatches, start, end, settled, limit).map { row throws(DatabaseError) in
            try Books.Mismatch(paymentCode: row.get("code"), row.get("subject"), expected: row.get("expected"), found: row.get("found"))
        }
        return try Books.Section(
            name: "payments", about: "purchases against the events that Stripe has sent", compared: count?.get("compared") ?? 0,
            mismatched: count?.get("mismatched") ?? 0, sums: sums, mismatches: listed)
    }

    /// Purchases of a period that no event speaks of, for whoever asks Stripe about them.
    func purchasesWithoutEvent(_ period: BooksPeriod, settled: Instant, after key: String, limit: Int) throws(DatabaseError) -> [String] {
        try query("""
            WITH \(Statements.told), \(Statements.untold) SELECT key FROM untold WHERE key > $4 ORDER BY key LIMIT $5
            """, period.start, period.end, settled, key, limit).map { row throws(DatabaseError) in try row.get("key") }
    }

    /// Payments of a period that events speak of, and that are not booked.
    func paymentsNotBooked(_ period: BooksPeriod, settled: Instant, after key: String, limit: Int) throws(DatabaseError) -> [String] {
        try query("""
            WITH \(Statements.facts), \(Statements.unbooked) SELECT key FROM unbooked WHERE received_at <= $3 AND key > $4 ORDER BY key LIMIT $5
            """, period.start, period.end, settled, key, limit).map { row throws(DatabaseError) in try row.get("key") }
    }
}

extension Books.Mismatch {
    init(paymentCode code: String, _ subject: String, expected: String, found: String) {
        self.init(code: code, subject: subject, expected: expected, found: found, repair: .payment(code, subject))
    }
}

extension BooksRepair {
    fileprivate static func payment(_ code: String, _ key: String) -> BooksRepair {
        let command = "darkroom admin repair purchases \(key.split(separator: ":").last ?? "")"
        return switch code {
        case "payment_not_booked": BooksRepair(
            command: command, text: "Reads the payment again from Stripe, and books it as its event would have: once, also should that come yet.")
        case "purchase_without_event": BooksRepair(
            command: command, text: "Asks Stripe whether it was paid, and writes down that it was. See that the webhook's endpoint leads here.")
        default: look("Compare the purchase with the payment at Stripe, and adjust by 'darkroom admin grant' or a refund at Stripe.")
        }
    }
}

private enum Statements {
    /// Payments for something of ours that events of the period speak of. Of an invoice those are that cost something and
    /// name a price of a plan that brings credits: what one brings can only be computed of its lines. Materialized, as an
    /// event's JSON is then read once, and not again for each row that it is joined with.
    static let facts: Statement = """
        paid AS MATERIALIZED (
            SELECT e.type, e.received_at, \(object("id")) AS id, LOWER(\(object("currency"))) AS currency,
                \(object("metadata", "checkout")) AS checkout, \(object("customer")) AS customer,
                CAST(COALESCE(\(object("amount_total")), \(object("amount_paid"))) AS BIGINT) AS amount,
                CASE WHEN e.type LIKE 'checkout.%' THEN \(object("payment_status")) <> 'unpaid' ELSE EXISTS (
                    SELECT 1 FROM stripe_prices s JOIN plans p ON s.item = 'plan:' || p.name AND p.monthly_credits > 0
                    WHERE e.body LIKE '%"' || s.id || '"%') END AS brings
            FROM stripe_events e
            WHERE e.created_at >= $1 AND e.created_at < $2 AND e.type IN (
                'checkout.session.completed', 'checkout.session.async_payment_succeeded', 'invoice.paid', 'invoice.payment_succeeded')
        ), facts AS MATERIALIZED (
            SELECT key, MAX(amount) AS amount, MAX(currency) AS currency, MIN(received_at) AS received_at FROM (
                SELECT 'checkout:' || p.id AS key, p.amount, p.currency, p.received_at
                FROM paid p JOIN checkouts c ON c.id = p.checkout WHERE p.type LIKE 'checkout.%' AND p.brings AND c.item LIKE 'pack:%'
                UNION ALL
                SELECT 'invoice:' || id, amount, currency, received_at FROM paid
                WHERE type LIKE 'invoice.%' AND brings AND amount > 0 AND customer IN (SELECT customer FROM stripe_customers)
            ) AS ours GROUP BY key
        )
        """

    static let unbooked: Statement = """
        unbooked AS (SELECT f.* FROM facts f LEFT JOIN purchases p ON p.key = f.key WHERE p.id IS NULL)
        """

    /// Every fact that an event names. One that tells of it may be older than its purchase, by as much as the slowest payment.
    static let told: Statement = """
        told AS MATERIALIZED (
            SELECT CASE
                WHEN e.type LIKE 'invoice.%' THEN 'invoice:' || \(object("id"))
                WHEN e.type LIKE 'customer.subscription.%' THEN 'invoice:' || \(object("latest_invoice"))
                WHEN \(object("mode")) = 'subscription' THEN 'invoice:' || \(object("invoice"))
                ELSE 'checkout:' || \(object("id")) END AS key
            FROM stripe_events e
            WHERE e.received_at >= $1 - 3456000000
                AND (e.type LIKE 'invoice.%' OR e.type LIKE 'checkout.session.%' OR e.type LIKE 'customer.subscription.%')
        )
        """

    /// Bought in the period, and neither an event nor a look at Stripe, by who came back from the pay page or by an
    /// operator, says that it was paid.
    static let untold: Statement = """
        untold AS (
            SELECT p.key FROM purchases p
            WHERE p.created_at >= $1 AND p.created_at < $2 AND p.created_at <= $3
                AND NOT EXISTS (
                    SELECT 1 FROM checkouts c WHERE c.session_id = substr(p.key, length('checkout:') + 1) AND c.state = 'paid')
                AND NOT EXISTS (
                    SELECT 1 FROM audit_log a WHERE a.subject = p.key AND a.action IN ('purchases.repair', 'purchases.confirm'))
            EXCEPT SELECT key FROM told
        )
        """

    static let differing: Statement = """
        differing AS (
            SELECT f.key, f.amount, f.currency, p.amount AS booked, p.currency AS booked_currency
            FROM facts f JOIN purchases p ON p.key = f.key WHERE f.amount <> p.amount OR f.currency <> p.currency
        )
        """

    private static let found: Statement = """
        WITH \(facts), \(unbooked), \(told), \(untold), \(differing), mismatches AS (
            SELECT 'payment_not_booked' AS code, key AS subject, amount || ' ' || currency AS expected, 'none' AS found
            FROM unbooked WHERE received_at <= $3
            UNION ALL
            SELECT 'amount_differs', key, amount || ' ' || currency, booked || ' ' || booked_currency FROM differing
            UNION ALL
            SELECT 'purchase_without_event', key, 'an event', 'none' FROM untold
        )
        """

    static let mismatches: Statement = "\(found) SELECT * FROM mismatches ORDER BY code, subject LIMIT $4"

    static let count: Statement = """
        \(found) SELECT (SELECT COUNT(*) FROM mismatches) AS mismatched, (
            SELECT COUNT(*) FROM (
                SELECT key FROM facts UNION SELECT key FROM purchases WHERE created_at >= $1 AND created_at < $2) AS keys) AS compared
        """

    /// Of the payments that events speak of: what was booked of them, and what they say.
    static let sums: Statement = """
        WITH \(facts) SELECT f.currency, CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS kept, CAST(SUM(f.amount) AS BIGINT) AS against
        FROM facts f LEFT JOIN purchases p ON p.key = f.key GROUP BY f.currency ORDER BY f.currency
        """

    private static func object(_ path: String...) -> Statement {
        "\(.member("e.body", ["data", "object"] + path))"
    }
}
