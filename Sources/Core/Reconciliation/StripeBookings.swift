import SQL

/// What was booked of the payments that Stripe lists, and what else was booked in the same period.
struct StripeBookings: Sendable {
    /// Those of the listed payments that are this installation's, and were paid or booked in the period, or not booked
    /// at all; each with the amount that was booked, or nil.
    var payments: [(payment: StripePayments.Payment, booked: Money?)] = []
    var others: [(key: String, paid: Money)] = []
    var isComplete = true
}

extension ReconciliationStatements {
    func bookings(_ listing: StripePayments, _ period: ReconciliationPeriod) throws -> StripeBookings {
        var bookings = StripeBookings()
        let nothing = try paymentsThatBroughtNothing(listing.period, in: listing.environment)
        for payment in listing.payments
            where try !nothing.contains(payment.key) && isOurs(payment, in: listing.environment) {
            let purchase = try transaction.billing.purchase(withKey: payment.key)
            guard purchase.map({ period.contains($0.createdAt) || period.contains(payment.at) }) ?? true else {
                continue
            }
            bookings.payments.append((payment, purchase?.paid))
        }
        let listed = Set(listing.payments.map(\.key))
        var after = ""
        while true {
            let some = try purchases(in: listing.environment, period, after: after, limit: 500)
            bookings.others += some.filter { !listed.contains($0.key) }
            guard let last = some.last, some.count == 500 else { return bookings }
            after = last.key
        }
    }

    /// Made by this installation, and for one of its accounts.
    func isOurs(_ payment: StripePayments.Payment, in environment: StripeEnvironment) throws(DatabaseError) -> Bool {
        switch payment.owner {
        case .checkout(let id):
            guard let checkout = try transaction.billing.checkout(id), checkout.item.pack != nil,
                checkout.environment == environment
            else {
                return false
            }
            return checkout.sessionID.map { "checkout:\($0)" == payment.key } ?? true
        case .customer(let customer):
            return try transaction.billing.account(ofCustomer: customer, in: environment) != nil
        }
    }

    private func purchases(
        in environment: StripeEnvironment, _ period: ReconciliationPeriod, after key: String, limit: Int
    ) throws(DatabaseError) -> [(key: String, paid: Money)] {
        try query("""
            SELECT key, amount, currency FROM purchases
            WHERE environment = $1 AND created_at >= $2 AND created_at < $3 AND key > $4
            ORDER BY key LIMIT $5
            """, environment, period.start, period.end, key, limit).map { row throws(DatabaseError) in
            try (row.get("key"), Money(row.get("amount"), row.get("currency")))
        }
    }
}

extension Billing {
    /// What is booked and not listed may have been begun before the period: up to this many are looked up one by one.
    private static let mostLookups = 200

    func section(
        _ listing: StripePayments, _ bookings: StripeBookings, settled: Instant, limit: Int
    ) async throws -> Reconciliation.Section {
        var mismatches: [Reconciliation.Mismatch] = []
        var sums: [String: (recorded: Int64, expected: Int64)] = [:]
        var lookups = 0
        for (payment, booked) in bookings.payments {
            sums[payment.paid.currency, default: (0, 0)].expected += payment.paid.amount
            if let booked { sums[booked.currency, default: (0, 0)].recorded += booked.amount }
            if booked == nil {
                lookups += 1
                let at = lookups > Billing.mostLookups ? payment.at : try await timeOfPayment(payment, settled: settled)
                if at > settled { continue }
            }
            mismatches += mismatch(payment.key, payment.paid, booked).map { [$0] } ?? []
        }
        for (key, booked) in bookings.others.prefix(Billing.mostLookups) {
            let paid = try await payment(RepairPurchases.id(of: key))?.paid
            sums[booked.currency, default: (0, 0)].recorded += booked.amount
            if let paid { sums[paid.currency, default: (0, 0)].expected += paid.amount }
            mismatches += mismatch(key, paid, booked).map { [$0] } ?? []
        }
        let others = min(bookings.others.count, Billing.mostLookups)
        return Reconciliation.Section(
            name: "stripe", about: "purchases compared with Stripe's list of payments",
            compared: bookings.payments.count + others,
            mismatched: mismatches.count,
            sums: sums.sorted { $0.key < $1.key }.map {
                Reconciliation.Sum(unit: .money($0.key), recorded: $0.value.recorded, expected: $0.value.expected)
            },
            mismatches: Array(mismatches.prefix(limit)),
            isComplete: listing.isComplete && others == bookings.others.count)
    }

    /// A pay page may be open for a day before it is paid.
    private func timeOfPayment(_ payment: StripePayments.Payment, settled: Instant) async throws -> Instant {
        guard payment.at <= settled, let intent = payment.intent else { return payment.at }
        let charge = try await stripe.get("/charges", ["payment_intent": .text(intent), "limit": 1]).listed.first
        return charge?["created"]?.instant ?? payment.at
    }

    private func mismatch(_ key: String, _ paid: Money?, _ booked: Money?) -> Reconciliation.Mismatch? {
        guard paid != booked else { return nil }
        func text(_ money: Money?) -> String { money.map { "\($0.amount) \($0.currency)" } ?? "none" }
        let code = paid == nil ? "purchase_not_paid" : booked == nil ? "payment_not_booked" : "amount_differs"
        return Reconciliation.Mismatch(paymentCode: code, key, expected: text(paid), found: text(booked))
    }
}
