/// An invoice, as far as it matters here, of the shape before March 2025 or after.
struct StripeInvoice: Sendable, Hashable {
    struct Line: Sendable, Hashable {
        let price: String
        let quantity: Int64
        let amount: Int64
        /// Of a period within which the plan was changed.
        let isProration: Bool
        /// It gives back what was billed before.
        let isCredit: Bool
        let start: Instant
        let end: Instant
    }

    let id: String
    let customer: String?
    let subscription: String?
    let isPaid: Bool
    let paid: Money
    let paymentIntent: String?
    /// Those of a subscription.
    var lines: [Line]
    /// There are more than Stripe put into the invoice.
    let hasMoreLines: Bool
    /// The page where its customer can pay it.
    let url: String?

    init?(_ json: JSON) {
        guard let id = json["id"]?.string else { return nil }
        self.id = id
        customer = json["customer"]?.reference
        let all = json["lines"]?.listed ?? []
        subscription = json.first(["parent", "subscription_details", "subscription"], ["subscription"])?.reference
            ?? all.lazy.compactMap(Line.subscription).first
        isPaid = json["status"]?.string == "paid" || json["paid"]?.bool == true
        paid = Money(json["amount_paid"]?.amount ?? 0, json["currency"]?.string?.lowercased() ?? "")
        let payments = json["payments"]?.listed ?? []
        let payment = payments.first { $0["is_default"]?.bool == true && $0["status"]?.string == "paid" }
            ?? payments.first { $0["status"]?.string == "paid" }
        paymentIntent = (payment?["payment"]?["payment_intent"] ?? json["payment_intent"])?.reference
        lines = all.compactMap(Line.init)
        hasMoreLines = json["lines"]?["has_more"]?.bool == true
        url = json["hosted_invoice_url"]?.string
    }
}

extension StripeInvoice.Line {
    /// Nil for a line that is no part of a subscription.
    init?(_ json: JSON) {
        guard StripeInvoice.Line.subscription(json) != nil,
            let price = json.first(["pricing", "price_details", "price"], ["price"], ["plan"])?.reference,
            let start = json["period"]?["start"]?.instant, let end = json["period"]?["end"]?.instant
        else { return nil }
        self.price = price
        // At most what can be multiplied by any plan's credits.
        quantity = min(json["quantity"]?.integer ?? 1, 1_000_000)
        amount = json["amount"]?.amount ?? 0
        isProration = json.first(
            ["parent", "subscription_item_details", "proration"], ["parent", "invoice_item_details", "proration"],
            ["proration"])?.bool ?? false
        // With a discount of everything both sides of a change cost nothing.
        let credited = json.first(
            ["parent", "subscription_item_details", "proration_details", "credited_items"],
            ["parent", "invoice_item_details", "proration_details", "credited_items"],
            ["proration_details", "credited_items"])
        isCredit = amount < 0 || (amount == 0 && credited != nil)
        self.start = start
        self.end = end
    }

    fileprivate static func subscription(_ json: JSON) -> String? {
        json.first(
            ["parent", "subscription_item_details", "subscription"], ["parent", "invoice_item_details", "subscription"],
            ["subscription"])?
            .reference
    }
}
