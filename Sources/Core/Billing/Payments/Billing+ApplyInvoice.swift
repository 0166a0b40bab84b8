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
        let trial = try await trial(of: invoice)
        return try await settle(account) { [plans, environment = stripe.environment, rules] transaction, now in
            var facts = InvoiceFacts(
                invoice: invoice, account: account, environment: environment, plans: plans, trial: trial,
                trialCredits: rules.trial, event: event, now: now)
            facts.isBooked = try transaction.billing.isApplied(invoice: facts.key)
            facts.known = try transaction.billing.planMonths(of: account, in: environment)
            return facts.decide()
        }
    }

    /// That of its subscription. Not read if every line costs something.
    private func trial(of invoice: StripeInvoice) async throws -> StripeTrial? {
        guard let subscription = invoice.subscription, invoice.lines.contains(where: { $0.amount == 0 })
        else { return nil }
        return try await readSubscription(subscription).trial
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
