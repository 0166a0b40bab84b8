/// What is known of a payment when it is decided how much of what it brought is taken back.
struct ChargeFacts: Sendable, Hashable {
    /// The purchase as it was stored before Stripe was asked.
    let before: Purchase
    /// Stripe's id of what paid for it.
    let payment: String
    /// As Stripe has it now, in all: less than before if a refund failed.
    let refunded: Int64
    /// The dispute that an event was about, as Stripe has it now.
    let dispute: Dispute?
    /// Ended with the effects.
    let event: ID<StripeEvent>?

    // Read under the account's lock.
    var purchase: Purchase?
    /// What its other disputes withhold.
    var disputedBesides: Int64 = 0
    /// If it is a plan's invoice, what it is for.
    var months: [PlanMonth] = []

    /// Returns nil if another reading was stored since this one began, and all is to be read again.
    func decide() -> [PaymentEffect]? {
        guard let purchase, purchase.revision == before.revision else { return nil }
        let disputed = disputedBesides + (dispute.map { $0.isCounted ? $0.amount : 0 } ?? 0)
        let (withholding, target) = loss(of: purchase, disputed: disputed)
        let changed = zip(months, withholding).filter { $0 != $1 }.map(\.1)
        let byRefunds = loss(of: purchase, disputed: purchase.disputed).target
        var effects: [PaymentEffect] = []
        if purchase.paymentIntent == nil { effects.append(.setPayment(payment, of: purchase)) }
        if let dispute { effects.append(.putDispute(dispute, of: purchase)) }
        if !changed.isEmpty { effects.append(.withhold(changed)) }
        for (amount, reason) in ClawBack.changes(from: purchase.clawedBack, to: target, byRefunds: byRefunds) {
            effects.append(
                amount > .zero
                    ? .clawBack(amount, of: purchase, for: reason) : .giveBack(-amount, of: purchase, for: reason))
        }
        effects.append(.record(refunded: refunded, disputed: disputed, clawedBack: target, of: purchase))
        effects.append(.settleHold(of: purchase.account))
        if let event { effects.append(.end(event, .applied)) }
        return effects
    }

    /// The months without what does not come, and what is to be taken back in all, if disputes withhold this much. What
    /// is still to come goes first: who is paid back the rest of a year keeps the months before.
    private func loss(of purchase: Purchase, disputed: Int64) -> (months: [PlanMonth], target: Credits) {
        let gone = purchase.clawBack(refunded: refunded, disputed: disputed, coming: months.coming)
        let withholding = months.withholding(gone)
        return (withholding, gone - withholding.reduce(Credits.zero) { $0 + $1.withheld })
    }
}
