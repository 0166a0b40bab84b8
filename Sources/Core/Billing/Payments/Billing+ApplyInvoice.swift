import SQL

extension Billing {
    /// Books what an invoice, as it is read now, has paid for, and looks at its subscription. Answers whether it is about
    /// an account of ours.
    func applyInvoice(_ id: String, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
        let invoice = try await invoice(id)
        let realm = stripe.realm
        guard let customer = invoice.customer, let account = try await database.read({ try $0.account(ofCustomer: customer, in: realm) })
        else { return false }
        if let subscription = invoice.subscription { _ = try await applySubscription(subscription, of: account) }
        var plans: [String: Plan] = [:]
        for price in Set(invoice.lines.map(\.price)) { plans[price] = try await plan(ofPrice: price) }
        let now = time.now()
        let grant = invoice.isPaid ? InvoiceGrant(invoice.lines, plans, now: now) : nil
        let purchase = grant.map {
            NewPurchase(
                account: account, source: .invoice, key: "invoice:\(invoice.id)", item: .plan($0.plan.name), credits: $0.credits,
                paid: invoice.paid, realm: realm, paymentIntent: invoice.paymentIntent, expiresAt: $0.expiresAt)
        }
        let policy = rules.hold
        let hasQueued = try await database.write(of: account) { transaction in
            let hasQueued = try purchase.map { try transaction.book($0, policy, now: now) } ?? false
            if let event { try transaction.end(event, .applied, now: now) }
            return hasQueued
        }
        if hasQueued { wakeUp.jobs(of: account) }
        return true
    }

    /// With all of its lines, and who paid it.
    private func invoice(_ id: String) async throws -> StripeInvoice {
        let json = try await stripe.get("/invoices/\(id.percentEncoded)", ["expand": ["payments"]])
        guard var invoice = StripeInvoice(json) else { throw StripeError.unavailable("an invoice that cannot be read") }
        invoice.lines = try await allLines(of: invoice)
        return invoice
    }

    /// Also those that Stripe did not put into the invoice.
    func allLines(of invoice: StripeInvoice) async throws -> [StripeInvoice.Line] {
        guard invoice.hasMoreLines else { return invoice.lines }
        return try await stripe.get("/invoices/\(invoice.id.percentEncoded)/lines", ["limit": 100]).listed
            .compactMap { StripeInvoice.Line($0) }
    }
}
