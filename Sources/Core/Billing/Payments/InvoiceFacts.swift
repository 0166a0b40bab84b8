/// What is known of an invoice when its effects are decided.
struct InvoiceFacts: Sendable, Hashable {
    /// As Stripe has it now, with all of its lines.
    let invoice: StripeInvoice
    /// The account of its customer.
    let account: ID<Account>
    let environment: StripeEnvironment
    /// The plans of its lines' prices; a price that is not in it is of no plan.
    let plans: [String: Plan]
    /// Ended with the effects.
    let event: ID<StripeEvent>?
    let now: Instant
    /// Whether its purchase is booked; read under the account's lock.
    var isBooked = false

    /// Nil if it is not paid, or brings no credits.
    var purchase: NewPurchase? {
        guard invoice.isPaid, let grant = InvoiceGrant(invoice.lines, plans, now: now), grant.credits > .zero
        else { return nil }
        return NewPurchase(
            account: account, source: .invoice, key: "invoice:\(invoice.id)", item: .plan(grant.plan.name),
            credits: grant.credits, paid: invoice.paid, environment: environment, paymentIntent: invoice.paymentIntent,
            expiresAt: grant.expiresAt)
    }

    func decide() -> [PaymentEffect] {
        var effects: [PaymentEffect] = []
        if let purchase, !isBooked { effects.append(.book(purchase)) }
        if let event { effects.append(.end(event, .applied)) }
        return effects
    }
}
