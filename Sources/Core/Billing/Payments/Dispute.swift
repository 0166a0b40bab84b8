import SQL

/// A payment that its payer's bank wants back. Ids are Stripe's.
package struct Dispute: Sendable, Hashable {
    package let id: String
    package let amount: Int64
    /// Stripe's name for it.
    package let status: String

    /// Whether the money is not with us. A warning has moved none, and what was won or prevented is ours.
    var isCounted: Bool {
        !["warning_needs_response", "warning_under_review", "warning_closed", "won", "prevented"].contains(status)
    }
}

extension BillingStatements {
    func put(_ dispute: Dispute, of purchase: Purchase, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO disputes (id, account_id, purchase_id, amount, status, is_counted, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, status = excluded.status,
                is_counted = excluded.is_counted, updated_at = excluded.updated_at
            """, dispute.id, purchase.account, purchase.id, dispute.amount, dispute.status,
            dispute.isCounted ? 1 : 0, now)
    }

    /// What the other disputes of a purchase's payment withhold.
    func disputed(of purchase: ID<Purchase>, besides dispute: String?) throws(DatabaseError) -> Int64 {
        try queryOne("""
            SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM disputes
            WHERE purchase_id = $1 AND is_counted = 1 AND id <> $2
            """, purchase, dispute ?? "")?.get("amount") ?? 0
    }

    /// Whether the account owes credits of a payment that its bank took back.
    func owesForDispute(_ account: ID<Account>) throws(DatabaseError) -> Bool {
        try queryOne("""
            SELECT 1 AS one FROM debts d JOIN disputes s ON s.purchase_id = d.purchase_id AND s.is_counted = 1
            WHERE d.account_id = $1 AND d.paid + d.forgiven < d.amount LIMIT 1
            """, account) != nil
    }
}
