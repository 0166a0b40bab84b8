import Core

/// What customers may do in the portal.
struct PortalConfiguration: Document, Equatable {
    static let kind = Kind.portalConfiguration
    let id: String
    let created: Int64
    var isDefault = false
    var isActive = true
    var returnURL: String?
    /// The prices between which a customer may switch; nil for all recurring ones.
    var prices: [String]?
    var proration = "create_prorations"
    /// Off by default, as at Stripe: the seller decides which plans there are.
    var allowsUpdate = false
    var allowsCancel = true
    var cancelsAtPeriodEnd = true
    var allowsPaymentMethod = true
    var metadata: [String: String] = [:]
}

struct PortalSession: Document, Equatable {
    static let kind = Kind.portalSession
    let id: String
    let created: Int64
    let customer: String
    let configuration: String
    let returnURL: String?
    /// How long the page may be used.
    let expiresAt: Int64

    var owner: String? { customer }
}

extension Renderer {
    func json(_ session: PortalSession) -> JSON {
        [
            "id": .string(session.id), "object": "billing_portal.session", "created": .integer(session.created),
            "livemode": false, "customer": .string(session.customer), "configuration": .string(session.configuration),
            "flow": nil, "locale": nil, "on_behalf_of": nil, "return_url": .of(session.returnURL),
            "url": .string("\(baseURL)/p/session/\(session.id)"),
        ]
    }

    func json(_ configuration: PortalConfiguration) -> JSON {
        [
            "id": .string(configuration.id), "object": "billing_portal.configuration",
            "created": .integer(configuration.created), "updated": .integer(configuration.created), "livemode": false,
            "active": .bool(configuration.isActive), "application": nil, "is_default": .bool(configuration.isDefault),
            "default_return_url": .of(configuration.returnURL), "name": nil, "metadata": .of(configuration.metadata),
            "login_page": ["enabled": false, "url": nil],
            "business_profile": ["headline": nil, "privacy_policy_url": nil, "terms_of_service_url": nil],
            "features": [
                "customer_update": ["enabled": false, "allowed_updates": []], "invoice_history": ["enabled": true],
                "payment_method_update": ["enabled": .bool(configuration.allowsPaymentMethod)],
                "subscription_cancel": [
                    "enabled": .bool(configuration.allowsCancel), "proration_behavior": "none",
                    "mode": configuration.cancelsAtPeriodEnd ? "at_period_end" : "immediately",
                    "cancellation_reason": ["enabled": false, "options": []],
                ],
                "subscription_update": [
                    "enabled": .bool(configuration.allowsUpdate), "default_allowed_updates": ["price"],
                    "proration_behavior": .string(configuration.proration), "products": nil,
                    "schedule_at_period_end": ["conditions": []],
                ],
            ],
        ]
    }
}
