import SQL

/// Refunds and disputes that Stripe lists, beside what was taken back for them.
struct StripeReturns: Sendable {
    /// Of a purchase whose payment went back in part or wholly, or came again, and that does not show it.
    struct Missed: Sendable, Hashable {
        let code: String
        /// The purchase's.
        let key: String
        let expected: Money
        let found: Money
    }

    var compared = 0
    var missed: [Missed] = []
    var isComplete = true
}

extension Billing {
    /// Of a period. What is newer than `settled` may still be told of: it is left out where it is not taken back yet.
    func returns(in period: BooksPeriod, settled: Instant) async throws -> StripeReturns {
        let (refunds, disputes) = (try await list("/refunds", [:], period), try await list("/disputes", [:], period))
        var returns = StripeReturns(isComplete: refunds.isComplete && disputes.isComplete)
        for (charge, all) in Dictionary(grouping: refunds.objects, by: { $0["charge"]?.reference ?? "" }).sorted(by: { $0.key < $1.key }) {
            guard let purchase = try await purchase(paidBy: all) else { continue }
            // In all, since one that failed counts no more.
            let refunded = try await stripe.get("/charges/\(charge.percentEncoded)")["amount_refunded"]?.integer ?? 0
            returns.add("refund_not_applied", purchase, expected: refunded, found: purchase.refunded, all.contains { $0.isNewer(than: settled) })
        }
        for json in disputes.objects {
            guard let id = json["id"]?.string, let amount = json["amount"]?.integer, let status = json["status"]?.string,
                let purchase = try await purchase(paidBy: [json])
            else { continue }
            let expected = Dispute(id: id, amount: amount, status: status).isCounted ? amount : 0
            let found = try await database.read { try $0.counted(ofDispute: id) }
            returns.add("dispute_not_applied", purchase, expected: expected, found: found, json.isNewer(than: settled))
        }
        return returns
    }

    private func purchase(paidBy returns: [JSON]) async throws -> Purchase? {
        guard let payment = returns.lazy.compactMap({ $0["payment_intent"]?.reference }).first else { return nil }
        let environment = stripe.environment
        return try await database.read { try $0.purchase(paidBy: payment, environment: environment) }
    }
}

extension StripeReturns {
    fileprivate mutating func add(_ code: String, _ purchase: Purchase, expected: Int64, found: Int64, _ isNew: Bool) {
        guard expected == found || !isNew else { return }
        compared += 1
        guard expected != found else { return }
        let currency = purchase.paid.currency
        missed.append(Missed(code: code, key: purchase.key, expected: Money(expected, currency), found: Money(found, currency)))
    }

    func section(limit: Int) -> Books.Section {
        Books.Section(
            name: "refunds", about: "what was taken back against what Stripe lists as refunded or disputed", compared: compared,
            mismatched: missed.count, sums: [],
            mismatches: missed.prefix(limit).map {
                Books.Mismatch(
                    paymentCode: $0.code, $0.key, expected: "\($0.expected.amount) \($0.expected.currency)",
                    found: "\($0.found.amount) \($0.found.currency)")
            }, isComplete: isComplete)
    }
}

extension JSON {
    fileprivate func isNewer(than instant: Instant) -> Bool { self["created"]?.instant.map { $0 > instant } ?? false }
}

extension Transaction {
    fileprivate func counted(ofDispute id: String) throws(DatabaseError) -> Int64 {
        try queryOne("SELECT amount FROM disputes WHERE id = $1 AND is_counted = 1", id)?.get("amount") ?? 0
    }
}
