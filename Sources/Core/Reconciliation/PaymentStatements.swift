import SQL

/// Compares what Stripe's events say was paid with what was booked. Every statement has the same first values: the
/// period (`$1` to `$2`), the Stripe environment (`$3`, or NULL for all of them) and the instant after which everything
/// may still be in flight (`$4`).
enum PaymentStatements {
    /// What events of the period say was paid for an item of this installation; `fruitless` is what was checked and
    /// brings nothing.
    ///
    /// Whether an invoice brings credits can only be computed from its lines. If its event was applied, that was done:
    /// what it brought was booked in the same transaction. Of the others, those count that name a price of a plan that
    /// brings credits. Materialized, so that an event's JSON is read once, and not again for each row that it is joined
    /// with.
    static let facts: Statement = """
        paid AS MATERIALIZED (
            SELECT e.id AS event, e.type, e.received_at, e.outcome, \(object("id")) AS id,
                LOWER(\(object("currency"))) AS currency,
                \(object("metadata", "checkout")) AS checkout, \(object("customer")) AS customer,
                CAST(COALESCE(\(object("amount_total")), \(object("amount_paid"))) AS BIGINT) AS amount,
                CASE WHEN e.type LIKE 'checkout.%' THEN \(object("payment_status")) <> 'unpaid'
                    WHEN EXISTS (SELECT 1 FROM transactions t WHERE t.key = 'invoice:' || \(object("id"))) THEN true
                    WHEN e.outcome = 'applied' THEN false
                    ELSE EXISTS (
                        SELECT 1 FROM stripe_prices s JOIN plans p ON s.item = 'plan:' || p.name
                            AND p.monthly_credits > 0
                        WHERE s.environment = COALESCE($3, s.environment) AND e.body LIKE '%"' || s.id || '"%')
                            END AS brings
            FROM stripe_events e
            WHERE e.created_at >= $1 AND e.created_at < $2 AND e.type IN (
                'checkout.session.completed', 'checkout.session.async_payment_succeeded', 'invoice.paid',
                'invoice.payment_succeeded')
        ), fruitless AS (
            SELECT 'invoice:' || id AS key FROM paid WHERE type LIKE 'invoice.%' AND outcome = 'applied' AND NOT brings
            UNION SELECT subject FROM audit_log WHERE action = 'purchases.nothing'
            UNION SELECT i.key FROM plan_invoices i
            WHERE NOT EXISTS (SELECT 1 FROM plan_months m WHERE m.invoice_key = i.key AND m.granted > 0)
        ), ours AS MATERIALIZED (
            SELECT 'checkout:' || p.id AS key, p.event, p.amount, p.currency, p.received_at
            FROM paid p JOIN checkouts c ON c.id = p.checkout AND (c.session_id IS NULL OR c.session_id = p.id)
            WHERE p.type LIKE 'checkout.%' AND p.brings AND c.item LIKE 'pack:%'
                AND c.environment = COALESCE($3, c.environment)
            UNION ALL
            SELECT 'invoice:' || p.id, p.event, p.amount, p.currency, p.received_at FROM paid p
            WHERE p.type LIKE 'invoice.%' AND p.brings AND p.amount > 0
                AND p.customer IN (SELECT customer FROM stripe_customers WHERE environment = COALESCE($3, environment))
                AND NOT EXISTS (SELECT 1 FROM fruitless n WHERE n.key = 'invoice:' || p.id)
        ), facts AS MATERIALIZED (
            SELECT key, MAX(amount) AS amount, MAX(currency) AS currency, MIN(received_at) AS received_at FROM ours
            GROUP BY key
        )
        """

    static let unbooked: Statement = """
        unbooked AS (SELECT f.* FROM facts f LEFT JOIN purchases p ON p.key = f.key WHERE p.id IS NULL)
        """

    /// Every fact that an event names. An event may be older than its purchase, by as much as the slowest payment
    /// takes, and older yet if an operator had it applied again.
    static let reported: Statement = """
        reported AS MATERIALIZED (
            SELECT \(named) AS key FROM stripe_events e WHERE e.received_at >= $1 - 3456000000 AND \(namesFact)
            UNION ALL
            SELECT \(named) FROM audit_log a JOIN stripe_events e ON e.id = a.subject
            WHERE a.action = 'events.replay' AND \(namesFact)
        )
        """

    /// Bought in the period, without an event that names it, and never checked at Stripe by a client that returned from
    /// the pay page or by an operator.
    static let unreported: Statement = """
        unreported AS (
            SELECT p.key FROM purchases p
            WHERE p.created_at >= $1 AND p.created_at < $2 AND p.created_at <= $4
                AND p.environment = COALESCE($3, p.environment)
                AND NOT EXISTS (
                    SELECT 1 FROM checkouts c WHERE c.session_id = substr(p.key, length('checkout:') + 1)
                        AND c.state = 'paid')
                AND NOT EXISTS (
                    SELECT 1 FROM audit_log a WHERE a.subject = p.key
                        AND a.action IN ('purchases.repair', 'purchases.confirm'))
            EXCEPT SELECT key FROM reported
        )
        """

    /// The whole section, from one reading of the events: the mismatches, the first of each code before the second of
    /// any; how many there are, and of how many compared; and for each currency, what was booked of the payments that
    /// events report, and the amount that they report.
    static let section: Statement = """
        WITH \(facts), \(unbooked), \(reported), \(unreported), \(unapplied), mismatches AS MATERIALIZED (
            SELECT 'payment_not_booked' AS code, key AS subject, amount || ' ' || currency AS expected, 'none' AS found
            FROM unbooked WHERE received_at <= $4
            UNION ALL
            SELECT 'amount_differs', f.key, f.amount || ' ' || f.currency, p.amount || ' ' || p.currency
            FROM facts f JOIN purchases p ON p.key = f.key WHERE f.amount <> p.amount OR f.currency <> p.currency
            UNION ALL
            SELECT 'purchase_without_event', key, 'an event', 'none' FROM unreported
            UNION ALL
            SELECT 'event_not_applied', id, 'applied', outcome FROM unapplied
        )
        SELECT 'mismatch' AS part, code AS name, subject, COALESCE(expected, 'a payment') AS expected, found,
            place AS one, 0 AS other
        FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY code ORDER BY subject) AS place FROM mismatches) AS placed
        WHERE place <= $5
        UNION ALL
        SELECT 'count', '', '', '', '', (SELECT COUNT(*) FROM mismatches), (
            SELECT COUNT(*) FROM (
                SELECT key FROM facts UNION SELECT id FROM unapplied
                UNION SELECT key FROM purchases WHERE created_at >= $1 AND created_at < $2
                    AND environment = COALESCE($3, environment)) AS keys)
        UNION ALL
        SELECT 'sum', f.currency, '', '', '', CAST(COALESCE(SUM(p.amount), 0) AS BIGINT), CAST(SUM(f.amount) AS BIGINT)
        FROM facts f LEFT JOIN purchases p ON p.key = f.key WHERE f.amount IS NOT NULL AND f.currency IS NOT NULL
        GROUP BY f.currency
        ORDER BY part, one, name
        """

    /// Failed for three days of attempts, or waits for an hour or longer. The subject of a payment's own event is
    /// judged by the payment.
    private static let unapplied: Statement = """
        unapplied AS MATERIALIZED (
            SELECT e.id, e.outcome FROM (
                SELECT id, 'waiting' AS outcome FROM stripe_events WHERE due_at IS NOT NULL AND received_at <= $4
                UNION ALL
                SELECT id, outcome FROM stripe_events WHERE received_at >= $1 AND received_at < $2
                    AND outcome = 'abandoned'
            ) AS e
            WHERE NOT EXISTS (SELECT 1 FROM ours o WHERE o.event = e.id)
        )
        """

    private static let named: Statement = """
        CASE WHEN e.type LIKE 'invoice.%' THEN 'invoice:' || \(object("id"))
            WHEN e.type LIKE 'customer.subscription.%' THEN 'invoice:' || \(object("latest_invoice"))
            WHEN \(object("mode")) = 'subscription' THEN 'invoice:' || \(object("invoice"))
            ELSE 'checkout:' || \(object("id")) END
        """

    private static let namesFact: Statement = """
        (e.type LIKE 'invoice.%' OR e.type LIKE 'checkout.session.%' OR e.type LIKE 'customer.subscription.%')
        """

    private static func object(_ path: String...) -> Statement {
        "\(.member("e.body", ["data", "object"] + path))"
    }
}
