import SQL

/// Records payments whose events never came or could not be applied. Each is read again from Stripe and processed as
/// its event would have been, under the same key, so that an event that comes later changes nothing. What is booked
/// without any event is confirmed at Stripe.
package struct RepairPurchases: Sendable {
    package enum Outcome: String, Sendable {
        case booked
        /// What a run without `isDry` would book, or confirm.
        case toBook, toConfirm
        /// It is booked, and Stripe reports the same.
        case confirmed
        case wasConfirmed
        /// Stripe has no such payment, or it is not paid.
        case notPaid
        /// Booked with another amount than Stripe reports.
        case amountDiffers
        /// Paid, but it brings nothing: not this installation's, or for a plan without credits, or paid otherwise than
        /// it was sold.
        case bringsNothing
    }

    package struct Repair: Sendable, Hashable {
        /// Stripe's id of a Checkout Session or an invoice.
        package let id: String
        package let outcome: Outcome
    }

    private static let batch = 100

    private let billing: Billing

    package init(_ billing: Billing) {
        self.billing = billing
    }

    /// Repairs the named payments.
    ///
    /// - Parameter ids: Each `cs_…` or `in_…`.
    package func callAsFunction(_ ids: [String], isDry: Bool = false, _ report: (Repair) -> Void) async throws {
        for id in ids where RepairPurchases.key(of: id) != nil {
            report(Repair(id: id, outcome: try await repair(id, isDry: isDry)))
        }
    }

    /// Repairs all of a period: what Stripe lists, what events report, what is booked without an event, and what went
    /// back unnoticed.
    package func callAsFunction(
        _ period: ReconciliationPeriod, isDry: Bool = false, _ report: (Repair) -> Void
    ) async throws {
        let listing = try await billing.payments(in: period)
        let unbooked = try await billing.database.read { transaction in
            try transaction.reconciliation.bookings(listing, period).payments
                .filter { $0.booked == nil }.map(\.payment.key)
        }
        try await callAsFunction(unbooked.map(RepairPurchases.id(of:)), isDry: isDry, report)
        let (
            done, environment, settled) = (Set(unbooked), billing.stripe.environment,
            billing.time.now() - Reconcile.settlingTime)
        try await each(
            { try $0.reconciliation.paymentsNotBooked(period, in: environment, settled: settled, after: $1, limit: $2) }
        ) { keys in
            try await callAsFunction(
                keys.filter { !done.contains($0) }.map(RepairPurchases.id(of:)), isDry: isDry, report)
        }
        try await each({ transaction, last, limit in
            try transaction.reconciliation.purchasesWithoutEvent(
                period, in: environment, settled: settled, after: last, limit: limit)
        }) { keys in
            try await callAsFunction(keys.map(RepairPurchases.id(of:)), isDry: isDry, report)
        }
        let returned = Set(try await billing.returns(in: period, settled: settled).missed.map(\.key))
        try await callAsFunction(returned.sorted().map(RepairPurchases.id(of:)), isDry: isDry, report)
    }

    private func each(
        _ find: @escaping @Sendable (Transaction, _ after: String, _ limit: Int) throws -> [String],
        _ repair: ([String]) async throws -> Void
    ) async throws {
        var after = ""
        while true {
            let keys = try await billing.database.read { [after] in try find($0, after, RepairPurchases.batch) }
            try await repair(keys)
            guard let last = keys.last, keys.count == RepairPurchases.batch else { return }
            after = last
        }
    }

    /// The name of the fact, as purchases have it; nil if it is not such an id.
    package static func key(of id: String) -> String? {
        if id.hasPrefix("cs_") { return "checkout:\(id)" }
        return id.hasPrefix("in_") ? "invoice:\(id)" : nil
    }

    static func id(of key: String) -> String { String(key.drop { $0 != ":" }.dropFirst()) }

    private func repair(_ id: String, isDry: Bool) async throws -> Outcome {
        guard let payment = try await billing.payment(id) else { return .notPaid }
        if let purchase = try await purchase(payment.key) {
            guard purchase.paid == payment.paid else { return .amountDiffers }
            if !isDry { try await billing.settleWhatCameBack(of: purchase) }
            return try await confirm(payment.key, isDry: isDry)
        }
        guard payment.brings == .credits else {
            // So that it is not checked again, even when plans bring something else.
            if payment.brings == .nothing, !isDry { try await note("purchases.nothing", of: payment.key, payment.paid) }
            return .bringsNothing
        }
        guard !isDry else { return .toBook }
        return try await book(payment, id)
    }

    private func book(_ payment: FoundPayment, _ id: String) async throws -> Outcome {
        if id.hasPrefix("cs_") { _ = try await billing.applyCheckout(id) }
        // The purchase of a plan's session, in case that session does not lead to it.
        if payment.key.hasPrefix("invoice:") { _ = try await billing.applyInvoice(RepairPurchases.id(of: payment.key)) }
        guard let purchase = try await purchase(payment.key) else { return .bringsNothing }
        // After a crash before this, the next run finds it booked without an event and confirms it.
        try await note("purchases.repair", of: payment.key, payment.paid)
        try await billing.settleWhatCameBack(of: purchase)
        return .booked
    }

    private func purchase(_ key: String) async throws -> Purchase? {
        try await billing.database.read { try $0.billing.purchase(withKey: key) }
    }

    private func confirm(_ key: String, isDry: Bool) async throws -> Outcome {
        if try await billing.database.read(
            {
                try $0.reconciliation.isNoted("purchases.repair", of: key)
                    || $0.reconciliation.isNoted("purchases.confirm", of: key)
            }
        ) {
            return .wasConfirmed
        }
        guard !isDry else { return .toConfirm }
        try await note("purchases.confirm", of: key, nil)
        return .confirmed
    }

    /// Notes the action once, whichever run repairs the payment and however often.
    private func note(_ action: AuditLogEntry.Action, of key: String, _ paid: Money?) async throws {
        let now = billing.time.now()
        let details = paid.map { ["amount": .integer($0.amount), "currency": .string($0.currency)] as [String: JSON] }
            ?? [:]
        try await billing.database.write(order: .key(key)) {
            guard try !$0.reconciliation.isNoted(action, of: key) else { return }
            try $0.auditLog.note(AuditLogEntry(action, of: key, .object(details), by: nil, at: now))
        }
    }
}

extension ReconciliationStatements {
    fileprivate func isNoted(_ action: AuditLogEntry.Action, of key: String) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM audit_log WHERE subject = $1 AND action = $2 LIMIT 1", key, action) != nil
    }
}
