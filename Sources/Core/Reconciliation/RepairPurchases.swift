import SQL

/// Books payments whose events never came or could not be applied: each is read again from Stripe and goes the way that its
/// event would have gone, under the same key, so that an event that comes later changes nothing. What is booked without any
/// event is confirmed at Stripe.
package struct RepairPurchases: Sendable {
    package enum Outcome: String, Sendable {
        case booked
        /// What a run that is no dry one would book, or confirm.
        case toBook, toConfirm
        /// It is booked, and Stripe says the same.
        case confirmed
        case wasConfirmed
        /// Stripe has no such payment, or it is not paid.
        case notPaid
        /// Booked as another amount than Stripe says.
        case amountDiffers
        /// Paid, and it brings nothing here: not ours, or of a plan without credits, or paid otherwise than it was sold.
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

    /// Those that are named.
    ///
    /// - Parameter ids: Each `cs_…` or `in_…`.
    package func callAsFunction(_ ids: [String], isDry: Bool = false, _ report: (Repair) -> Void) async throws {
        for id in ids where RepairPurchases.key(of: id) != nil {
            report(Repair(id: id, outcome: try await repair(id, isDry: isDry)))
        }
    }

    /// All of a period: what Stripe lists, what events speak of, what is booked without one, and what went back unnoticed.
    package func callAsFunction(_ period: BooksPeriod, isDry: Bool = false, _ report: (Repair) -> Void) async throws {
        let listing = try await billing.payments(in: period)
        let unbooked = try await billing.database.read { transaction in
            try transaction.bookings(listing, period).payments.filter { $0.booked == nil }.map(\.payment.key)
        }
        try await callAsFunction(unbooked.map(RepairPurchases.id(of:)), isDry: isDry, report)
        let (done, environment, settled) = (Set(unbooked), billing.stripe.environment, billing.time.now() - ReadBooks.patience)
        try await each({ try $0.paymentsNotBooked(period, in: environment, settled: settled, after: $1, limit: $2) }) { keys in
            try await callAsFunction(keys.filter { !done.contains($0) }.map(RepairPurchases.id(of:)), isDry: isDry, report)
        }
        try await each({ try $0.purchasesWithoutEvent(period, in: environment, settled: settled, after: $1, limit: $2) }) { keys in
            try await callAsFunction(keys.map(RepairPurchases.id(of:)), isDry: isDry, report)
        }
        let returned = Set(try await billing.returns(in: period, settled: settled).missed.map(\.key))
        try await callAsFunction(returned.sorted().map(RepairPurchases.id(of:)), isDry: isDry, report)
    }

    private func each(
        _ find: @escaping @Sendable (Transaction, _ after: String, _ limit: Int) throws -> [String], _ repair: ([String]) async throws -> Void
    ) async throws {
        var after = ""
        while true {
            let keys = try await billing.database.read { [after] in try find($0, after, RepairPurchases.batch) }
            try await repair(keys)
            guard let last = keys.last, keys.count == RepairPurchases.batch else { return }
            after = last
        }
    }

    /// The name of the fact, as purchases have it; nothing where it is no such id.
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
            // So that nobody asks again, also when plans bring something else.
            if payment.brings == .nothing, !isDry { try await note("purchases.nothing", of: payment.key, payment.paid) }
            return .bringsNothing
        }
        guard !isDry else { return .toBook }
        return try await book(payment, id)
    }

    private func book(_ payment: FoundPayment, _ id: String) async throws -> Outcome {
        if id.hasPrefix("cs_") { _ = try await billing.applyCheckout(id) }
        // Of a plan's session, should that not lead to it.
        if payment.key.hasPrefix("invoice:") { _ = try await billing.applyInvoice(RepairPurchases.id(of: payment.key)) }
        guard let purchase = try await purchase(payment.key) else { return .bringsNothing }
        // After a crash before this, the next run finds it booked without an event and confirms it.
        try await note("purchases.repair", of: payment.key, payment.paid)
        try await billing.settleWhatCameBack(of: purchase)
        return .booked
    }

    private func purchase(_ key: String) async throws -> Purchase? {
        try await billing.database.read { try $0.purchase(withKey: key) }
    }

    private func confirm(_ key: String, isDry: Bool) async throws -> Outcome {
        if try await billing.database.read({ try $0.isNoted("purchases.repair", of: key) || $0.isNoted("purchases.confirm", of: key) }) {
            return .wasConfirmed
        }
        guard !isDry else { return .toConfirm }
        try await note("purchases.confirm", of: key, nil)
        return .confirmed
    }

    /// Once, whoever repairs it and however often.
    private func note(_ action: AdminAct.Action, of key: String, _ paid: Money?) async throws {
        let now = billing.time.now()
        let details = paid.map { ["amount": .integer($0.amount), "currency": .string($0.currency)] as [String: JSON] } ?? [:]
        try await billing.database.write(order: .key(key)) {
            guard try !$0.isNoted(action, of: key) else { return }
            try $0.note(AdminAct(action, of: key, .object(details), by: nil, at: now))
        }
    }
}

extension Transaction {
    fileprivate func isNoted(_ action: AdminAct.Action, of key: String) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM audit_log WHERE subject = $1 AND action = $2 LIMIT 1", key, action) != nil
    }
}
