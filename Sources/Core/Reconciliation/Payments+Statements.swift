import SQL

/// Compares purchases with Stripe's events, by the fact that both name: `checkout:cs_…`, `invoice:in_…`.
extension ReconciliationStatements {
    /// - Parameters:
    ///   - environment: Payments of a Stripe account that is no longer used cannot be compared or repaired; nil if the
    ///     account in use is not known.
    ///   - settled: What is newer may still be in flight, and is not a mismatch yet.
    func paymentsSection(
        _ period: ReconciliationPeriod, in environment: StripeEnvironment?, settled: Instant, limit: Int
    ) throws -> Reconciliation.Section {
        var (compared, mismatched) = (0, 0)
        var sums: [Reconciliation.Sum] = []
        var mismatches: [Reconciliation.Mismatch] = []
        for row in try query(PaymentStatements.section, period.start, period.end, environment, settled, limit) {
            switch try row.get("part", as: String.self) {
            case "count": (mismatched, compared) = try (row.get("one"), row.get("other"))
            case "sum":
                sums.append(
                    try Reconciliation.Sum(
                        unit: .money(row.get("name")), recorded: row.get("one"), expected: row.get("other")))
            default:
                mismatches.append(try Reconciliation.Mismatch(
                    paymentCode: row.get("name"), row.get("subject"), expected: row.get("expected"),
                    found: row.get("found")))
            }
        }
        return Reconciliation.Section(
            name: "payments", about: "purchases compared with the events that Stripe sent", compared: compared,
            mismatched: mismatched,
            sums: sums.sorted { $0.unit.name < $1.unit.name }, mismatches: Array(mismatches.prefix(limit)))
    }

    /// Purchases of a period that no event names, to be looked up at Stripe.
    func purchasesWithoutEvent(
        _ period: ReconciliationPeriod, in environment: StripeEnvironment, settled: Instant, after key: String,
        limit: Int
    ) throws(DatabaseError) -> [String] {
        try query("""
            WITH \(PaymentStatements.reported), \(PaymentStatements.unreported) SELECT key FROM unreported
                WHERE key > $5 ORDER BY key LIMIT $6
            """, period.start, period.end, environment, settled, key, limit).map { row throws(DatabaseError) in
                try row.get("key")
            }
    }

    /// Payments of a period that events report and that are not booked.
    func paymentsNotBooked(
        _ period: ReconciliationPeriod, in environment: StripeEnvironment, settled: Instant, after key: String,
        limit: Int
    ) throws(DatabaseError) -> [String] {
        try query("""
            WITH \(PaymentStatements.facts), \(PaymentStatements.unbooked)
            SELECT key FROM unbooked WHERE received_at <= $4 AND key > $5 ORDER BY key LIMIT $6
            """, period.start, period.end, environment, settled, key, limit).map { row throws(DatabaseError) in
                try row.get("key")
            }
    }

    /// Invoices that were checked when they were paid, by their event or by an operator, and brought nothing. What
    /// plans bring today does not matter for them.
    func paymentsThatBroughtNothing(
        _ period: ReconciliationPeriod, in environment: StripeEnvironment
    ) throws(DatabaseError) -> Set<String> {
        Set(try query(
            "WITH \(PaymentStatements.facts) SELECT key FROM fruitless", period.start, period.end, environment)
            .map { row throws(DatabaseError) in try row.get("key") })
    }
}

extension Reconciliation.Mismatch {
    init(paymentCode code: String, _ subject: String, expected: String, found: String) {
        self.init(code: code, subject: subject, expected: expected, found: found, repair: .payment(code, subject))
    }
}

extension ReconciliationRepair {
    fileprivate static func payment(_ code: String, _ key: String) -> ReconciliationRepair {
        let command = "darkroom admin repair purchases \(key.split(separator: ":").last ?? "")"
        return switch code {
        case "payment_not_booked": ReconciliationRepair(
            command: command, text: """
                Reads the payment from Stripe again and books it as its event would have done. It is booked only \
                once, even if the event arrives later.
                """)
        case "purchase_without_event": ReconciliationRepair(
            command: command, text: """
                Asks Stripe whether the purchase was paid, and records that it was. Check that the webhook endpoint \
                at Stripe has the URL of this server.
                """)
        case "refund_not_applied", "dispute_not_applied": ReconciliationRepair(
            command: command, text: """
                Reads the refunds and disputes of the payment from Stripe again, and takes back or restores the \
                credits accordingly.
                """)
        case "granted_beyond_payment": look(
            """
            The plan or its quantity was reduced within a paid month, and Stripe returned the money for the rest of \
            it after the credits were granted. Change plans with POST /api/billing/checkout, and do not allow \
            switching in the portal: docs/billing.md.
            """)
        case "month_not_granted": look(
            """
            A scheduled task grants it within minutes. If it does not, look for an error of 'grant the months of \
            plans' in the log.
            """)
        case "event_not_applied": ReconciliationRepair(
            command: "darkroom admin replay-event \(key)",
            text: """
                Applies the event now. Until then the books may lack a refund, a dispute or a change of plan.
                """)
        default: look(
            """
            Compare the purchase with the payment at Stripe. Correct the difference with 'darkroom admin grant' or a \
            refund at Stripe.
            """)
        }
    }
}
