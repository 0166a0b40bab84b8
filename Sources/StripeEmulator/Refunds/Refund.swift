import Core

struct Refund: Document, Equatable {
    enum Reason: String, Sendable, Codable, CaseIterable {
        case duplicate, fraudulent
        case requestedByCustomer = "requested_by_customer"
    }

    static let kind = Kind.refund
    let id: String
    let created: Int64
    let amount: Int64
    let currency: String
    let charge: String
    let paymentIntent: String
    let reason: Reason?
    var metadata: [String: String] = [:]

    var owner: String? { charge }
}

extension Renderer {
    func json(_ refund: Refund) -> JSON {
        [
            "id": .string(refund.id), "object": "refund", "created": .integer(refund.created),
            "amount": .integer(refund.amount), "currency": .string(refund.currency), "charge": .string(refund.charge),
            "payment_intent": .string(refund.paymentIntent), "reason": .of(refund.reason?.rawValue),
            "status": "succeeded", "metadata": .of(refund.metadata), "balance_transaction": nil, "receipt_number": nil,
            "source_transfer_reversal": nil, "transfer_reversal": nil,
            "destination_details": ["type": "card", "card": ["type": "refund", "reference_status": "pending"]],
        ]
    }
}
