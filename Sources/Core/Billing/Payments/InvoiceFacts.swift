/// What is known of an invoice when its effects are decided.
struct InvoiceFacts: Sendable, Hashable {
    /// As Stripe has it now, with all of its lines.
    let invoice: StripeInvoice
    /// The account of its customer.
    let account: ID<Account>
    let environment: StripeEnvironment
    /// The plans of its lines' prices; a price that is not in it is of no plan.
    let plans: [String: Plan]
    /// That of its subscription.
    var trial: StripeTrial?
    var trialCredits = TrialCredits.share
    /// Ended with the effects.
    let event: ID<StripeEvent>?
    let now: Instant

    // Read under the account's lock.
    /// Whether it was applied before.
    var isBooked = false
    /// What the account's other invoices are for, the earliest first.
    var known: [PlanMonth] = []

    func decide() -> [PaymentEffect] {
        var effects: [PaymentEffect] = []
        if invoice.isPaid, !isBooked, let grant, !grant.months.isEmpty {
            let months = months(of: grant)
            let purchase = purchase(of: months, grant.plan)
            effects.append(.putMonths(months, of: purchase))
            if purchase.credits > .zero { effects.append(.book(purchase)) }
        }
        if let event { effects.append(.end(event, .applied)) }
        return effects
    }

    /// That of its purchase.
    var key: String { "invoice:\(invoice.id)" }

    private var grant: InvoiceGrant? { InvoiceGrant(invoice.lines, plans, key: key, trial: trial, now: now) }

    /// With what is granted of them now.
    private func months(of grant: InvoiceGrant) -> [PlanMonth] {
        let all = known + grant.months
        let due = Dictionary(uniqueKeysWithValues: all.due(at: now, first: key).map { ($0.place, $0.credits) })
        return grant.months.enumerated().map { place, month in
            var month = month
            month.granted = month.isTrial ? brings(trial: month) : due[known.count + place] ?? .zero
            return month
        }
    }

    /// One that is over when it is heard of, or not the account's first one, brings nothing.
    private func brings(trial month: PlanMonth) -> Credits {
        trialCredits == .share && month.end > now && !known.contains { $0.isTrial } ? month.credits : .zero
    }

    private func purchase(of months: [PlanMonth], _ plan: Plan) -> NewPurchase {
        let granted = months.filter { $0.granted > .zero }
        return NewPurchase(
            account: account, source: .invoice, key: key, item: .plan(plan.name),
            credits: granted.reduce(.zero) { $0 + $1.granted }, paid: invoice.paid, environment: environment,
            paymentIntent: invoice.paymentIntent, expiresAt: granted.map { $0.expiry(now: now) }.max())
    }
}

extension PlanMonth {
    /// When credits that are granted now expire: what comes late is not to be gone at once, and a trial's end with it.
    func expiry(now: Instant) -> Instant { isTrial ? expiresAt : max(expiresAt, now + .seconds(7 * 86_400)) }
}
