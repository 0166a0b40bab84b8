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
    /// The time that costs nothing. Nil if it has none; it stays when it is over.
    var trial: StripeTrial?

    /// Whether there is one to change, rather than a new one to begin.
    var isLive: Bool { Subscription.isLive(status) }
}

/// The trial of a subscription.
struct StripeTrial: Sendable, Hashable {
    let start: Instant
    let end: Instant

    /// Whether an invoice's line is of the trial. A month that a discount pays for has a price, or begins after it.
    func covers(_ line: StripeInvoice.Line) -> Bool { line.amount == 0 && line.start >= start && line.start < end }
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
        if let start = json["trial_start"]?.instant, let end = json["trial_end"]?.instant {
            trial = StripeTrial(start: start, end: end)
        }
    }
}
