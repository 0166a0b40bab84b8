import Core

struct Dispute: Document, Equatable {
    enum Status: String, Sendable, Codable, CaseIterable {
        case warningNeedsResponse = "warning_needs_response"
        case warningUnderReview = "warning_under_review"
        case warningClosed = "warning_closed"
        case needsResponse = "needs_response"
        case underReview = "under_review"
        case won, lost

        var isFinal: Bool { self == .won || self == .lost || self == .warningClosed }
        /// An inquiry takes no money.
        var isInquiry: Bool { self == .warningNeedsResponse || self == .warningUnderReview || self == .warningClosed }
    }

    static let kind = Kind.dispute
    let id: String
    let created: Int64
    let amount: Int64
    let currency: String
    let charge: String
    let paymentIntent: String
    let reason: String
    var status: Status
    var evidence: String?
    var metadata: [String: String] = [:]

    var owner: String? { charge }
}

extension Renderer {
    func json(_ dispute: Dispute) -> JSON {
        [
            "id": .string(dispute.id), "object": "dispute", "created": .integer(dispute.created), "livemode": false,
            "amount": .integer(dispute.amount), "currency": .string(dispute.currency),
            "charge": .string(dispute.charge), "payment_intent": .string(dispute.paymentIntent),
            "reason": .string(dispute.reason), "status": .string(dispute.status.rawValue),
            "metadata": .of(dispute.metadata), "balance_transactions": [], "enhanced_eligibility_types": [],
            "is_charge_refundable": .bool(dispute.status.isInquiry),
            "evidence": ["uncategorized_text": .of(dispute.evidence)], "network_reason_code": nil,
            "evidence_details": [
                "due_by": .integer(dispute.created + 7 * 86_400), "has_evidence": .bool(dispute.evidence != nil),
                "past_due": false, "submission_count": dispute.evidence == nil ? 0 : 1, "enhanced_eligibility": [:],
            ],
        ]
    }
}
