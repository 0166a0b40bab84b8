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
    /// name a price of a plan that brings credits: what one brings can only be computed of its lines.
    static let facts: Statement = """
        paid AS (
            SELECT 'checkout:' || \(object("id")) AS key, CAST(\(object("amount_total")) AS BIGINT) AS amount,
                LOWER(\(object("currency"))) AS currency, e.received_at
            FROM stripe_events e JOIN checkouts c ON c.id = \(object("metadata", "checkout"))
            WHERE e.created_at >= $1 AND e.created_at < $2 AND c.item LIKE 'pack:%' AND \(object("payment_status")) <> 'unpaid'
                AND e.type IN ('checkout.session.completed', 'checkout.session.async_payment_succeeded')
            UNION ALL
            SELECT 'invoice:' || \(object("id")), CAST(\(object("amount_paid")) AS BIGINT), LOWER(\(object("currency"))), e.received_at
            FROM stripe_events e JOIN stripe_customers c ON c.customer = \(object("customer"))
            WHERE e.created_at >= $1 AND e.created_at < $2 AND e.type IN ('invoice.paid', 'invoice.payment_succeeded')
                AND CAST(\(object("amount_paid")) AS BIGINT) > 0 AND EXISTS (
                    SELECT 1 FROM stripe_prices s JOIN plans p ON s.item = 'plan:' || p.name AND p.monthly_credits > 0
                    WHERE e.body LIKE '%"' || s.id || '"%')
        ), facts AS (
            SELECT key, MAX(amount) AS amount, MAX(currency) AS currency, MIN(received_at) AS received_at FROM paid GROUP BY key
        )
        """

    static let unbooked: Statement = """
        unbooked AS (SELECT f.* FROM facts f LEFT JOIN purchases p ON p.key = f.key WHERE p.id IS NULL)
        """

    /// Every fact that an event names. One that tells of it may be older than its purchase, by as much as the slowest payment.
    static let told: Statement = """
        told AS (
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
            SELECT p.key, p.amount, p.currency FROM purchases p
            WHERE p.created_at >= $1 AND p.created_at < $2 AND p.created_at <= $3
                AND NOT EXISTS (SELECT 1 FROM told t WHERE t.key = p.key)
                AND NOT EXISTS (SELECT 1 FROM checkouts c WHERE 'checkout:' || c.session_id = p.key AND c.state = 'paid')
                AND NOT EXISTS (
                    SELECT 1 FROM audit_log a WHERE a.subject = p.key AND a.action IN ('purchases.repair', 'purchases.confirm'))
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
        \(found) SELECT (SELECT COUNT(*) FROM mismatches) AS mismatched, (SELECT COUNT(*) FROM facts) + (
            SELECT COUNT(*) FROM purchases p LEFT JOIN facts f ON f.key = p.key
            WHERE p.created_at >= $1 AND p.created_at < $2 AND f.key IS NULL) AS compared
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
