import SQL

/// The kinds of Stripe's objects, by Stripe's names.
enum Kind: String, Sendable, CaseIterable, Codable, SQLConvertible {
    case customer
    case product
    case price
    case paymentMethod = "payment_method"
    case session = "checkout.session"
    case portalSession = "billing_portal.session"
    case portalConfiguration = "billing_portal.configuration"
    case subscription
    case invoice
    case invoicePayment = "invoice_payment"
    case paymentIntent = "payment_intent"
    case charge
    case refund
    case dispute
    case event
    case webhookEndpoint = "webhook_endpoint"
    case testClock = "test_helpers.test_clock"

    /// What its ids begin with.
    var prefix: String {
        switch self {
        case .customer: "cus_"
        case .product: "prod_"
        case .price: "price_"
        case .paymentMethod: "pm_"
        case .session: "cs_test_"
        case .portalSession: "bps_"
        case .portalConfiguration: "bpc_"
        case .subscription: "sub_"
        case .invoice: "in_"
        case .invoicePayment: "inpay_"
        case .paymentIntent: "pi_"
        case .charge: "ch_"
        case .refund: "re_"
        case .dispute: "du_"
        case .event: "evt_"
        case .webhookEndpoint: "we_"
        case .testClock: "clock_"
        }
    }

    func makeID() -> String { Self.makeID(prefix) }

    static func makeID(_ prefix: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        return prefix + String((0..<24).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    }
}
