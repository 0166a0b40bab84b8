import SQL

/// A notification of Stripe's that was signed, and is stored. It is a hint: what it is about is read again before
/// anything is done, since events come late, twice and in any order.
package struct StripeEvent: Sendable, Hashable {
    package enum Outcome: String, Sendable, SQLConvertible {
        case applied
        /// Of a kind without a meaning here, or about something that is not this server's.
        case ignored
        /// Too many tries failed. An operator can have it applied by hand.
        case abandoned
    }

    /// What it is about, by Stripe's id.
    enum Subject: Sendable, Hashable {
        /// - Parameter hasFailed: What its session does not say: a payment that takes days was refused in the end.
        case checkout(String, hasFailed: Bool)
        case invoice(String)
        case subscription(String)
        case charge(String)
        case dispute(String)
    }

    package let id: ID<StripeEvent>
    package let type: String
    package let apiVersion: String?
    package let createdAt: Instant
    let body: JSON

    /// Nil if it is no event with its object in it.
    init?(_ body: JSON) {
        guard body["object"]?.string == "event",
            let id = body["id"]?.string, id.hasPrefix("evt_"), id.utf8.count <= 255,
            let type = body["type"]?.string, type.utf8.count <= 255, body["data"]?["object"]?.object != nil
        else { return nil }
        self.id = ID(rawValue: id)
        self.type = type
        apiVersion = body["api_version"]?.string
        createdAt = body["created"]?.instant ?? Instant(seconds: 0)
        self.body = body
    }

    /// Nil if its kind has no meaning here.
    var subject: Subject? {
        guard let object = body["data"]?["object"] else { return nil }
        let id = object["id"]?.string
        switch type {
        case "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.expired":
            return id.map { .checkout($0, hasFailed: false) }
        case "checkout.session.async_payment_failed":
            return id.map { .checkout($0, hasFailed: true) }
        case "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed", "invoice.payment_action_required":
            return id.map { .invoice($0) }
        case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
            "customer.subscription.paused", "customer.subscription.resumed",
            "customer.subscription.pending_update_applied", "customer.subscription.pending_update_expired":
            return id.map { .subscription($0) }
        case "charge.refunded":
            return id.map { .charge($0) }
        case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated":
            return object["charge"]?.reference.map { .charge($0) }
        case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
            "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated":
            return id.map { .dispute($0) }
        default:
            return nil
        }
    }
}
