import Core

struct CheckoutSession: Document, Equatable {
    enum Mode: String, Sendable, Codable, CaseIterable {
        case payment, subscription
    }

    enum Status: String, Sendable, Codable, CaseIterable {
        case open, complete, expired
    }

    enum PaymentStatus: String, Sendable, Codable {
        case paid, unpaid
        case notRequired = "no_payment_required"
    }

    struct Line: Sendable, Codable, Equatable {
        let id: String
        let price: String
        let quantity: Int64
        let amount: Int64
        let description: String
    }

    static let kind = Kind.session
    let id: String
    let created: Int64
    let testClock: String?
    let mode: Mode
    let currency: String
    let lines: [Line]
    let successURL: String
    let cancelURL: String?
    let expiresAt: Int64
    var customer: String?
    var email: String?
    /// Whether a payment creates a customer if none is given.
    var createsCustomer = false
    var createsInvoice = false
    var reference: String?
    var metadata: [String: String] = [:]
    var intentMetadata: [String: String] = [:]
    var intentDescription: String?
    var setupFutureUsage: String?
    var subscriptionMetadata: [String: String] = [:]
    var subscriptionDescription: String?
    var trialDays: Int64?
    var allowsPromotionCodes: Bool?
    var status = Status.open
    var paymentStatus = PaymentStatus.unpaid
    var paymentIntent: String?
    var subscription: String?
    var invoice: String?
    /// What the payer wrote on the page.
    var payerEmail: String?
    var payerName: String?

    var owner: String? { customer }
    var clock: String? { testClock }
    var dueAt: Int64? { status == .open ? expiresAt : nil }

    var total: Int64 { trialDays == nil ? lines.reduce(0) { $0 + $1.amount } : 0 }
    /// Where the payer goes after paying.
    var destination: String { successURL.replacing("{CHECKOUT_SESSION_ID}", with: id) }
}

extension Renderer {
    func json(_ session: CheckoutSession) -> JSON {
        let details: JSON? = session.payerEmail.map { email in
            [
                "email": .string(email), "name": .of(session.payerName), "phone": nil, "tax_exempt": "none",
                "tax_ids": [],
                "address": ["city": nil, "country": "US", "line1": nil, "line2": nil, "postal_code": nil, "state": nil],
            ]
        }
        return [
            "id": .string(session.id), "object": "checkout.session", "created": .integer(session.created),
            "livemode": false, "mode": .string(session.mode.rawValue), "status": .string(session.status.rawValue),
            "payment_status": .string(session.paymentStatus.rawValue), "currency": .string(session.currency),
            "amount_subtotal": .integer(session.total), "amount_total": .integer(session.total),
            "client_reference_id": .of(session.reference), "metadata": .of(session.metadata),
            "customer": .of(session.customer), "customer_email": .of(session.email), "customer_details": details ?? nil,
            "customer_creation": session.mode == .payment
                ? .string(session.createsCustomer ? "always" : "if_required") : nil,
            "payment_intent": session.mode == .payment ? .of(session.paymentIntent) : nil,
            "subscription": .of(session.subscription), "invoice": .of(session.invoice),
            "expires_at": .integer(session.expiresAt), "success_url": .string(session.successURL),
            "cancel_url": .of(session.cancelURL), "return_url": nil, "client_secret": nil,
            "url": session.status == .open ? .string("\(baseURL)/c/pay/\(session.id)") : nil,
            "ui_mode": version.hasHostedPage ? "hosted_page" : "hosted", "payment_method_types": ["card", "sepa_debit"],
            "payment_method_collection": session.mode == .subscription ? "always" : "if_required",
            "allow_promotion_codes": session.allowsPromotionCodes.map { .bool($0) } ?? nil, "setup_intent": nil,
            "payment_link": nil,
            "invoice_creation": session.mode == .payment ? ["enabled": .bool(session.createsInvoice)] : nil,
            "locale": nil, "automatic_tax": ["enabled": false, "liability": nil, "provider": nil, "status": nil],
            "custom_fields": [],
            "custom_text": [
                "after_submit": nil, "shipping_address": nil, "submit": nil, "terms_of_service_acceptance": nil,
            ],
            "shipping_options": [], "discounts": [], "consent": nil, "submit_type": nil, "recovered_from": nil,
            "total_details": ["amount_discount": 0, "amount_shipping": 0, "amount_tax": 0],
        ]
    }

    func lineItems(of session: CheckoutSession) throws -> JSON {
        let items = try session.lines.map { line in
            let price: Price? = try transaction.object(line.price)
            return [
                "id": .string(line.id), "object": "item", "amount_discount": 0,
                "amount_subtotal": .integer(line.amount), "amount_tax": 0, "amount_total": .integer(line.amount),
                "currency": .string(session.currency), "description": .string(line.description),
                "price": price.map { json($0) } ?? nil, "quantity": .integer(line.quantity), "metadata": [:],
            ] as JSON
        }
        return .list(items, at: "/v1/checkout/sessions/\(session.id)/line_items")
    }
}
