import SQL

/// Compares refunds and disputes that Stripe lists with what was taken back for them.
struct StripeReturns: Sendable {
    /// A purchase whose payment was refunded in part or wholly, or came back, and that does not show it.
    struct Missed: Sendable, Hashable {
        let code: String
        /// The purchase's key.
        let key: String
        let expected: Money
        let found: Money
    }

    var compared = 0
    var missed: [Missed] = []
    var isComplete = true
}

extension Billing {
    /// Those of a period. What is newer than `settled` may still be reported by an event: it is left out if it is not
    /// taken back yet.
    func returns(in period: ReconciliationPeriod, settled: Instant) async throws -> StripeReturns {
        let (refunds, disputes) = (try await list("/refunds", [:], period), try await list("/disputes", [:], period))
        var returns = StripeReturns(isComplete: refunds.isComplete && disputes.isComplete)
        for (charge, all) in Dictionary(
            grouping: refunds.objects, by: { $0["charge"]?.reference ?? "" }
        ).sorted(by: { $0.key < $1.key }) {
            guard let purchase = try await purchase(paidBy: all) else { continue }
            // The total, since a refund that failed no longer counts.
            let refunded = try await stripe.get("/charges/\(charge.percentEncoded)")["amount_refunded"]?.integer ?? 0
            returns.add(
                "refund_not_applied", purchase, expected: refunded, found: purchase.refunded,
                all.contains { $0.isNewer(than: settled) })
        }
        for json in disputes.objects {
            guard let id = json["id"]?.string, let amount = json["amount"]?.integer,
                let status = json["status"]?.string,
                let purchase = try await purchase(paidBy: [json])
            else { continue }
            let expected = Dispute(id: id, amount: amount, status: status).isCounted ? amount : 0
            let found = try await database.read { try $0.reconciliation.counted(ofDispute: id) }
            returns.add("dispute_not_applied", purchase, expected: expected, found: found, json.isNewer(than: settled))
        }
        return returns
    }

    private func purchase(paidBy returns: [JSON]) async throws -> Purchase? {
        guard let payment = returns.lazy.compactMap({ $0["payment_intent"]?.reference }).first else { return nil }
        let environment = stripe.environment
        return try await database.read { try $0.billing.purchase(paidBy: payment, environment: environment) }
    }
}

extension StripeReturns {
    fileprivate mutating func add(_ code: String, _ purchase: Purchase, expected: Int64, found: Int64, _ isNew: Bool) {
        guard expected == found || !isNew else { return }
        compared += 1
        guard expected != found else { return }
        let currency = purchase.paid.currency
        missed.append(
            Missed(code: code, key: purchase.key, expected: Money(expected, currency), found: Money(found, currency)))
    }

    func section(limit: Int) -> Reconciliation.Section {
        Reconciliation.Section(
            name: "refunds", about: "credits taken back compared with Stripe's lists of refunds and disputes",
            compared: compared,
            mismatched: missed.count, sums: [],
            mismatches: missed.prefix(limit).map {
                Reconciliation.Mismatch(
                    paymentCode: $0.code, $0.key, expected: "\($0.expected.amount) \($0.expected.currency)",
                    found: "\($0.found.amount) \($0.found.currency)")
            }, isComplete: isComplete)
    }
}

extension JSON {
    fileprivate func isNewer(than instant: Instant) -> Bool { self["created"]?.instant.map { $0 > instant } ?? false }
}

extension ReconciliationStatements {
    fileprivate func counted(ofDispute id: String) throws(DatabaseError) -> Int64 {
        try queryOne("SELECT amount FROM disputes WHERE id = $1 AND is_counted = 1", id)?.get("amount") ?? 0
    }
}
