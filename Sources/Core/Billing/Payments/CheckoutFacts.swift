/// What is known of a Checkout Session when its effects are decided.
struct CheckoutFacts: Sendable, Hashable {
    enum Sale: Sendable, Hashable {
        case ours(Checkout)
        /// It names a checkout of this server, and was paid otherwise than that was sold.
        case paidOtherwise(Checkout)
        case notOurs
    }

    /// As Stripe has it now.
    let session: StripeSession
    /// The environment that it was read in.
    let environment: StripeEnvironment
    /// An event says so: a payment that takes days was refused.
    let hasFailed: Bool
    /// Ended with the effects.
    let event: ID<StripeEvent>?
    /// The row that it names; read again under the account's lock.
    var checkout: Checkout?
    /// Whether its purchase is booked; read under the account's lock.
    var isBooked = false

    /// A session is ours if it was paid as it was sold: else anyone who can make sessions in this Stripe account could
    /// name any checkout.
    var sale: Sale {
        guard let checkout, checkout.environment == environment, checkout.sessionID.map({ $0 == session.id }) ?? true
        else { return .notOurs }
        return session.subtotal == checkout.price || !session.isComplete ? .ours(checkout) : .paidOtherwise(checkout)
    }

    /// What a pack's payment brings. Nil if it is not paid, or of a plan, whose credits come with its invoice.
    var purchase: NewPurchase? {
        guard session.isPaid, let checkout, checkout.item.pack != nil, checkout.credits > .zero else { return nil }
        return NewPurchase(
            account: checkout.account, source: .checkout, key: "checkout:\(session.id)", item: checkout.item,
            credits: checkout.credits, paid: session.total ?? checkout.price, environment: environment,
            paymentIntent: session.paymentIntent, expiresAt: nil)
    }

    func decide() -> [PaymentEffect] {
        guard case .ours(let checkout) = sale else { return [] }
        var effects: [PaymentEffect] = []
        if let purchase, !isBooked { effects.append(.book(purchase)) }
        if let state, checkout.state.next.contains(state) { effects.append(.move(checkout, to: state)) }
        if checkout.sessionID == nil { effects.append(.setSession(session.id, url: session.url, of: checkout.id)) }
        if let event { effects.append(.end(event, .applied)) }
        return effects
    }

    /// Nil if the page is still open.
    private var state: Checkout.State? {
        if session.isPaid { return .paid }
        if session.isExpired { return .expired }
        guard session.isComplete else { return nil }
        return hasFailed ? .failed : .unpaid
    }
}
