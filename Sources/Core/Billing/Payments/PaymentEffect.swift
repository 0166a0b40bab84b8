import SQL

/// One thing that a payment's event leads to. The facts of an event decide on a list of them, without a database; the
/// list is applied in its order, in one transaction.
enum PaymentEffect: Sendable, Hashable {
    /// Of a payment that is not booked yet. What the account owes is paid out of it, which can end a hold.
    case book(NewPurchase)
    /// What a paid invoice of a plan is for, with what is booked of it now.
    case putMonths([PlanMonth], of: NewPurchase)
    /// Of what an invoice's months are still to bring.
    case withhold([PlanMonth])
    case move(Checkout, to: Checkout.State)
    /// Of a checkout whose own request was cut off before it could store its session.
    case setSession(String, url: String?, of: ID<Checkout>)
    case putSubscription(Subscription)
    /// Gives the account the limits of what it is subscribed to now.
    case setPlan(by: Subscription)
    /// At Stripe, after the commit: a subscription that was to end does not end.
    case goOn(StripeSubscription, for: Checkout)
    /// What paid for a purchase whose invoice did not name it.
    case setPayment(String, of: Purchase)
    case putDispute(Dispute, of: Purchase)
    case clawBack(Credits, of: Purchase, for: ClawBackReason)
    case giveBack(Credits, of: Purchase, for: ClawBackReason)
    case record(refunded: Int64, disputed: Int64, clawedBack: Credits, of: Purchase)
    /// Depends on what the account owes after the effects before it.
    case settleHold(of: ID<Account>)
    case end(ID<StripeEvent>, StripeEvent.Outcome, error: String? = nil)
    case putOff(ID<StripeEvent>, until: Instant, error: String)
}

extension BillingStatements {
    /// Under the lock of the account that they are about, or in the order of their event.
    func apply(_ effects: [PaymentEffect], _ policy: HoldPolicy, now: Instant) throws {
        for effect in effects {
            switch effect {
            case .book(let purchase):
                try book(purchase, policy, now: now)
            case .putMonths(let months, let purchase):
                try put(months, of: purchase, now: now)
            case .withhold(let months):
                for month in months { try update(month) }
            case .move(let checkout, let state):
                try move(checkout, to: state, now: now)
            case .setSession(let session, let url, let checkout):
                try setSession(session, url: url, of: checkout)
            case .putSubscription(let subscription):
                try put(subscription, now: now)
            case .setPlan(let subscription):
                try setPlan(by: subscription, now: now)
            case .goOn:
                break
            case .setPayment(let payment, let purchase):
                try set(payment, of: purchase)
            case .putDispute(let dispute, let purchase):
                try put(dispute, of: purchase, now: now)
            case .clawBack(let credits, let purchase, let reason):
                try clawBack(credits, of: purchase, for: reason, now: now)
            case .giveBack(let credits, let purchase, let reason):
                try giveBack(credits, of: purchase, for: reason, now: now)
                // Bought credits lift limits, so jobs that wait may begin.
                try transaction.jobs.fillSlots(of: purchase.account, now: now)
            case .record(let refunded, let disputed, let clawedBack, let purchase):
                try record(refunded: refunded, disputed: disputed, clawedBack: clawedBack, of: purchase)
            case .settleHold(let account):
                try settleHold(of: account, policy, now: now)
            case .end(let event, let outcome, let error):
                try end(event, outcome, error: error, now: now)
            case .putOff(let event, let dueAt, let error):
                try putOff(event, until: dueAt, error: error)
            }
        }
    }
}
