import SQL

extension Billing {
    /// Records what an invoice, as it is read now, has paid for, and applies its subscription. Returns whether it is
    /// about an account of this server.
    func applyInvoice(_ id: String, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
        let invoice = try await invoice(id)
        guard let account = try await account(ofCustomer: invoice.customer) else { return false }
        if let subscription = invoice.subscription { _ = try await applySubscription(subscription, of: account) }
        var plans: [String: Plan] = [:]
        for price in Set(invoice.lines.map(\.price)) { plans[price] = try await plan(ofPrice: price) }
        return try await settle(account) { [plans, environment = stripe.environment] transaction, now in
            var facts = InvoiceFacts(
                invoice: invoice, account: account, environment: environment, plans: plans, event: event, now: now)
            facts.isBooked = try transaction.billing.isBooked(facts.purchase)
            return facts.decide()
        }
    }

    /// With all of its lines, and who paid it.
    private func invoice(_ id: String) async throws -> StripeInvoice {
        let json = try await stripe.get("/invoices/\(id.percentEncoded)", ["expand": ["payments"]])
        guard var invoice = StripeInvoice(json) else {
            throw StripeError.unavailable("the invoice in the response is not readable")
        }
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
