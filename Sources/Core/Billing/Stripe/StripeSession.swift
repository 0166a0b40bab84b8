/// A Checkout Session, as far as it matters here.
struct StripeSession: Sendable, Hashable {
    enum Payment: String, Sendable {
        case paid, unpaid
        case notNeeded = "no_payment_required"
    }

    let id: String
    /// Our own row, as we sent it. Who pays cannot set it, unlike `client_reference_id`.
    let checkout: ID<Checkout>?
    let isComplete: Bool
    let isExpired: Bool
    let payment: Payment
    let url: String?
    let paymentIntent: String?
    let subscription: String?
    let invoice: String?
    /// Before discounts and taxes.
    let subtotal: Money?
    let total: Money?

    /// Whether it is gone through, and its money has arrived or none was due.
    var isPaid: Bool { isComplete && payment != .unpaid }
}

extension StripeSession {
    init?(_ json: JSON) {
        guard let id = json["id"]?.string,
            let payment = json["payment_status"]?.string.flatMap({ Payment(rawValue: $0) })
        else { return nil }
        self.id = id
        self.payment = payment
        checkout = json["metadata"]?["checkout"]?.string.flatMap { ID(checking: $0) }
        isComplete = json["status"]?.string == "complete"
        isExpired = json["status"]?.string == "expired"
        url = json["url"]?.string
        paymentIntent = json["payment_intent"]?.reference
        subscription = json["subscription"]?.reference
        invoice = json["invoice"]?.reference
        let currency = json["currency"]?.string?.lowercased() ?? ""
        subtotal = json["amount_subtotal"]?.amount.map { Money($0, currency) }
        total = json["amount_total"]?.amount.map { Money($0, currency) }
    }
}
