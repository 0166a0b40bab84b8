import Core

/// A card, or an account whose payments take days.
struct PaymentMethod: Document, Equatable {
    /// What happens when it is charged.
    enum Behavior: String, Sendable, Codable, CaseIterable {
        case works, declines, delayed
    }

    static let kind = Kind.paymentMethod
    let id: String
    let created: Int64
    var customer: String?
    let behavior: Behavior

    var owner: String? { customer }
    var type: String { behavior == .delayed ? "sepa_debit" : "card" }
    var last4: String {
        switch behavior {
        case .works: "4242"
        case .declines: "0341"
        case .delayed: "3000"
        }
    }

    /// Stripe's names of cards for tests, of which each customer gets one of their own.
    static func behavior(ofTestCard name: String) -> Behavior? {
        switch name {
        case "pm_card_visa", "pm_card_mastercard": .works
        case "pm_card_chargeCustomerFail", "pm_card_visa_chargeDeclined", "pm_card_chargeDeclined": .declines
        case "pm_sepaDebit": .delayed
        default: nil
        }
    }
}

extension Renderer {
    func json(_ method: PaymentMethod) -> JSON {
        let details: JSON = method.type == "card"
            ? [
                "brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2040, "funding": "credit",
                "last4": .string(method.last4), "checks": nil, "display_brand": "visa",
                "fingerprint": .string("emulator-" + method.last4), "wallet": nil,
            ] : [
                "country": "DE", "last4": .string(method.last4), "bank_code": "37040044",
                "fingerprint": "emulator-debit",
            ]
        return [
            "id": .string(method.id), "object": "payment_method", "created": .integer(method.created),
            "livemode": false, "customer": .of(method.customer), "metadata": [:], "type": .string(method.type),
            method.type: details, "allow_redisplay": "unspecified",
            "billing_details": ["address": nil, "email": nil, "name": nil, "phone": nil, "tax_id": nil],
        ]
    }
}
