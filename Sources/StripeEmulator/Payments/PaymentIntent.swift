import Core

struct PaymentIntent: Document, Equatable {
    enum Status: String, Sendable, Codable {
        case requiresPaymentMethod = "requires_payment_method"
        case processing, succeeded, canceled
    }

    static let kind = Kind.paymentIntent
    let id: String
    let created: Int64
    let amount: Int64
    let currency: String
    var customer: String?
    var description: String?
    var metadata: [String: String] = [:]
    var status = Status.requiresPaymentMethod
    var paymentMethod: String?
    /// Whether the method takes days.
    var isDelayed = false
    var latestCharge: String?
    var wasDeclined = false
    var setupFutureUsage: String?
    var receiptEmail: String?
    /// What it pays: one of the two; the other is nil.
    var invoice: String?
    var session: String?

    var owner: String? { customer }
}

struct Charge: Document, Equatable {
    enum Status: String, Sendable, Codable {
        case succeeded, pending, failed
    }

    static let kind = Kind.charge
    let id: String
    let created: Int64
    let amount: Int64
    let currency: String
    var customer: String?
    let paymentIntent: String
    var paymentMethod: String?
    var isDelayed = false
    var description: String?
    var email: String?
    var metadata: [String: String] = [:]
    var invoice: String?
    var status: Status
    var amountRefunded: Int64 = 0
    var isDisputed = false

    var owner: String? { paymentIntent }
    var isRefunded: Bool { amountRefunded == amount }
}

extension Renderer {
    func json(_ intent: PaymentIntent) -> JSON {
        var json: JSON = [
            "id": .string(intent.id), "object": "payment_intent", "created": .integer(intent.created),
            "livemode": false, "amount": .integer(intent.amount), "amount_capturable": 0,
            "amount_received": .integer(intent.status == .succeeded ? intent.amount : 0),
            "currency": .string(intent.currency), "customer": .of(intent.customer),
            "description": .of(intent.description), "metadata": .of(intent.metadata),
            "status": .string(intent.status.rawValue), "payment_method": .of(intent.paymentMethod),
            "payment_method_types": [.string(intent.isDelayed ? "sepa_debit" : "card")],
            "latest_charge": .of(intent.latestCharge),
            "client_secret": .string(intent.id + "_secret_emulator"), "capture_method": "automatic",
            "confirmation_method": "automatic", "setup_future_usage": .of(intent.setupFutureUsage),
            "receipt_email": .of(intent.receiptEmail), "canceled_at": nil, "cancellation_reason": nil,
            "next_action": nil, "automatic_payment_methods": nil, "last_payment_error": lastError(intent),
        ]
        if version.isBeforeBasil { json = json.merging(["invoice": .of(intent.invoice)]) }
        return json
    }

    private func lastError(_ intent: PaymentIntent) -> JSON {
        guard intent.wasDeclined, intent.status == .requiresPaymentMethod else { return nil }
        let refusal = APIError.declined
        return [
            "type": .string(refusal.type), "code": .of(refusal.code), "decline_code": .of(refusal.declineCode),
            "message": .string(refusal.message), "charge": .of(intent.latestCharge),
        ]
    }

    func json(_ charge: Charge) -> JSON {
        let hasFailed = charge.status == .failed
        var json: JSON = [
            "id": .string(charge.id), "object": "charge", "created": .integer(charge.created), "livemode": false,
            "amount": .integer(charge.amount),
            "amount_captured": .integer(charge.status == .succeeded ? charge.amount : 0),
            "amount_refunded": .integer(charge.amountRefunded), "refunded": .bool(charge.isRefunded),
            "captured": .bool(charge.status == .succeeded), "paid": .bool(charge.status == .succeeded),
            "currency": .string(charge.currency), "customer": .of(charge.customer),
            "description": .of(charge.description),
            "disputed": .bool(charge.isDisputed), "metadata": .of(charge.metadata),
            "payment_intent": .string(charge.paymentIntent), "payment_method": .of(charge.paymentMethod),
            "status": .string(charge.status.rawValue), "failure_code": hasFailed ? "card_declined" : nil,
            "failure_message": hasFailed ? "Your card was declined." : nil, "balance_transaction": nil,
            "fraud_details": [:], "receipt_email": .of(charge.email), "receipt_url": nil,
            "billing_details": ["address": nil, "email": .of(charge.email), "name": nil, "phone": nil, "tax_id": nil],
            "outcome": [
                "network_status": hasFailed ? "declined_by_network" : "approved_by_network",
                "reason": hasFailed ? "generic_decline" : nil, "risk_level": "normal",
                "type": hasFailed ? "issuer_declined" : "authorized",
            ],
            "payment_method_details": charge.isDelayed
                ? ["type": "sepa_debit", "sepa_debit": ["last4": "3000"]]
                : [
                    "type": "card",
                    "card": ["brand": "visa", "last4": hasFailed ? "0341" : "4242", "exp_month": 12, "exp_year": 2040],
                ],
        ]
        if version.isBeforeBasil { json = json.merging(["invoice": .of(charge.invoice)]) }
        return json
    }
}
