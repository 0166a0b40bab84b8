import SQL

/// Compares what was granted of plans with what their invoices, all together, have paid for.
extension ReconciliationStatements {
    /// - Parameters:
    ///   - environment: As of `paymentsSection`.
    ///   - settled: A month that has begun since then may still wait for its turn.
    func plansSection(
        _ period: ReconciliationPeriod, in environment: StripeEnvironment?, settled: Instant, limit: Int
    ) throws -> Reconciliation.Section {
        let excess = try suspects(period, environment).flatMap { try mismatches(of: $0, period) }
        let waiting = try environment.map { try monthsNotGranted($0, settled: settled) } ?? []
        // One of each code before the second of any, so that neither hides the other.
        let all = (Array(excess.enumerated()) + Array(waiting.enumerated())).sorted { $0.offset < $1.offset }
            .map(\.element)
        return Reconciliation.Section(
            name: "plans", about: "credits of plans compared with what their invoices paid for",
            compared: try countMonths(period, environment), mismatched: all.count, sums: [],
            mismatches: Array(all.prefix(limit)))
    }

    private struct Suspect {
        let account: ID<Account>
        let environment: StripeEnvironment
    }

    /// Whose month of one end has brought more than was paid for it. Whether it makes up for another that it overlaps
    /// with is seen when all months of the account are read.
    private func suspects(
        _ period: ReconciliationPeriod, _ environment: StripeEnvironment?
    ) throws(DatabaseError) -> [Suspect] {
        try query("""
            SELECT DISTINCT account_id, environment FROM (
                SELECT account_id, environment, ends_at FROM plan_months
                WHERE ends_at > $1 AND starts_at < $2 AND is_trial = 0
                    AND environment = COALESCE($3, environment)
                GROUP BY account_id, environment, ends_at HAVING SUM(granted) > SUM(credits - withheld)
            ) AS months ORDER BY account_id, environment
            """, period.start, period.end, environment).map { row throws(DatabaseError) in
                try Suspect(account: row.get("account_id"), environment: row.get("environment"))
            }
    }

    private func mismatches(
        of suspect: Suspect, _ period: ReconciliationPeriod
    ) throws(DatabaseError) -> [Reconciliation.Mismatch] {
        try transaction.billing.planMonths(of: suspect.account, in: suspect.environment)
            .excess(at: period.end)
            .filter { $0.end > period.start && $0.start < period.end }
            .map { excess in
                Reconciliation.Mismatch(
                    paymentCode: "granted_beyond_payment", suspect.account.rawValue,
                    expected: "\(excess.paid) credits from \(excess.start.text) to \(excess.end.text)",
                    found: "\(excess.granted) credits")
            }
    }

    private func monthsNotGranted(
        _ environment: StripeEnvironment, settled: Instant
    ) throws(DatabaseError) -> [Reconciliation.Mismatch] {
        try query("""
            SELECT invoice_key, credits, granted FROM plan_months
            WHERE is_open = 1 AND counts_at <= $1 AND environment = $2 ORDER BY counts_at, invoice_key, position
            """, settled, environment).map { row throws(DatabaseError) in
                try Reconciliation.Mismatch(
                    paymentCode: "month_not_granted", row.get("invoice_key"),
                    expected: "\(row.get("credits", as: Credits.self)) credits",
                    found: "\(row.get("granted", as: Credits.self)) credits")
            }
    }

    private func countMonths(
        _ period: ReconciliationPeriod, _ environment: StripeEnvironment?
    ) throws(DatabaseError) -> Int {
        try queryOne("""
            SELECT COUNT(*) AS count FROM plan_months
            WHERE ends_at > $1 AND starts_at < $2 AND environment = COALESCE($3, environment)
            """, period.start, period.end, environment)?.get("count") ?? 0
    }
}
