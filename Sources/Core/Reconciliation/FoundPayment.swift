import SQL

/// One payment as Stripe has it now.
struct FoundPayment: Sendable, Hashable {
    /// The key that a purchase of it has: for a plan's Checkout Session, that of its invoice.
    let key: String
    let paid: Money
    let brings: Brings

    enum Brings: Sendable, Hashable {
        case credits
        /// One of this installation's accounts paid it, and its lines bring no credits.
        case nothing
        /// It is not this installation's, or was paid otherwise than it was sold.
        case notOurs
    }
}

extension Billing {
    /// Returns nil if there is none, or it is not paid. Writes nothing.
    ///
    /// - Parameter id: The id of a Checkout Session or an invoice.
    func payment(_ id: String) async throws -> FoundPayment? {
        id.hasPrefix("in_") ? try await paidInvoice(id) : try await paidSession(id)
    }

    private func paidSession(_ id: String) async throws -> FoundPayment? {
        guard let json = try await stripe.find("/checkout/sessions/\(id.percentEncoded)"),
            let session = StripeSession(json),
            session.isComplete, session.payment != .unpaid
        else { return nil }
        // A plan's credits come with its invoice.
        if json["mode"]?.string == "subscription" {
            guard let invoice = session.invoice else { return nil }
            return try await paidInvoice(invoice)
        }
        guard let total = session.total else { return nil }
        let environment = stripe.environment
        let isSold = try await database.read { transaction in
            guard let payment = StripePayments.Payment(session: json),
                try transaction.reconciliation.isOurs(payment, in: environment)
            else {
                return false
            }
            let checkout = try session.checkout.flatMap { id throws(DatabaseError) in
                try transaction.billing.checkout(id)
            }
            return checkout?.price == session.subtotal
        }
        return FoundPayment(key: "checkout:\(session.id)", paid: total, brings: isSold ? .credits : .notOurs)
    }

    private func paidInvoice(_ id: String) async throws -> FoundPayment? {
        guard let json = try await stripe.find("/invoices/\(id.percentEncoded)"), let invoice = StripeInvoice(json),
            invoice.isPaid
        else { return nil }
        let environment = stripe.environment
        var brings = FoundPayment.Brings.notOurs
        if let customer = invoice.customer,
            try await database.read({ try $0.billing.account(ofCustomer: customer, in: environment) }) != nil {
            var plans = PlansByPrice(self)
            let lines = try await allLines(of: invoice)
            let grant = InvoiceGrant(lines, try await plans(lines), now: time.now())
            // Such as of a plan that was left and taken again, for a time whose credits had come.
            let isFruitless = try await database.read { try $0.billing.isFruitless(invoice: "invoice:\(invoice.id)") }
            brings = grant?.mayBring == true && !isFruitless ? .credits : .nothing
        }
        return FoundPayment(key: "invoice:\(invoice.id)", paid: invoice.paid, brings: brings)
    }

    /// Takes back what was refunded or is disputed of a purchase's price: if the purchase's own events were lost, those
    /// of refunds and disputes may be lost too.
    func settleWhatCameBack(of purchase: Purchase) async throws {
        guard let payment = purchase.paymentIntent,
            let charge = try await stripe.get(
                "/charges", ["payment_intent": .text(payment), "limit": 1]).listed.first?["id"]?.string
        else { return }
        let disputes = try await stripe.get("/disputes", ["charge": .text(charge), "limit": 100]).listed.compactMap {
            $0["id"]?.string
        }
        for dispute in disputes { _ = try await applyCharge(charge, dispute: dispute) }
        if disputes.isEmpty { _ = try await applyCharge(charge) }
    }
}
