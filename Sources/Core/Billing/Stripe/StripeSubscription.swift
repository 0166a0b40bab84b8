/// A subscription, as far as it matters here, of the shape before March 2025 or after.
struct StripeSubscription: Sendable, Hashable {
    let id: String
    let customer: String?
    /// Stripe's name for it.
    let status: String
    let itemID: String
    let price: String
    let periodStart: Instant
    let periodEnd: Instant
    /// When it ends, if it is to end.
    let cancelAt: Instant?
    /// That it ends there is said by a flag, and not by an instant: as it was said it has to be undone.
    let endsByFlag: Bool
    /// A change that waits for its payment.
    let isUpdatePending: Bool
    let latestInvoice: String?

    /// Whether there is one to change, rather than a new one to begin.
    var isLive: Bool { Subscription.isLive(status) }
}

extension StripeSubscription {
    init?(_ json: JSON) {
        guard let id = json["id"]?.string, let status = json["status"]?.string, let item = json["items"]?.listed.first,
            let itemID = item["id"]?.string, let price = item.first(["price"], ["plan"])?.reference,
            let start = item["current_period_start"]?.instant ?? json["current_period_start"]?.instant,
            let end = item["current_period_end"]?.instant ?? json["current_period_end"]?.instant
        else { return nil }
        self.id = id
        self.status = status
        self.itemID = itemID
        self.price = price
        customer = json["customer"]?.reference
        periodStart = start
        periodEnd = end
        // The portal may say one or the other.
        endsByFlag = json["cancel_at_period_end"]?.bool == true
        cancelAt = json["cancel_at"]?.instant ?? (json["cancel_at_period_end"]?.bool == true ? end : nil)
        isUpdatePending = json["pending_update"].map { $0 != .null } ?? false
        latestInvoice = json["latest_invoice"]?.reference
    }
}
