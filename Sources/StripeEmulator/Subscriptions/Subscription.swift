import Core

struct Subscription: Document, Equatable {
    enum Status: String, Sendable, Codable, CaseIterable {
        case incomplete
        case incompleteExpired = "incomplete_expired"
        case trialing, active
        case pastDue = "past_due"
        case canceled, unpaid

        var isFinal: Bool { self == .canceled || self == .incompleteExpired }
    }

    struct Item: Sendable, Codable, Equatable {
        let id: String
        let created: Int64
        var price: String
        var quantity: Int64
        var periodStart: Int64
        var periodEnd: Int64
    }

    /// A change that waits for its invoice to be paid.
    struct PendingUpdate: Sendable, Codable, Equatable {
        let expiresAt: Int64
        let items: [Item]
        let invoice: String
    }

    static let kind = Kind.subscription
    let id: String
    let created: Int64
    let customer: String
    let testClock: String?
    let currency: String
    var items: [Item]
    var status: Status
    var billingAnchor: Int64
    var metadata: [String: String] = [:]
    var description: String?
    var cancelsAtPeriodEnd = false
    var cancelAt: Int64?
    var canceledAt: Int64?
    var endedAt: Int64?
    var endReason: String?
    var trialStart: Int64?
    var trialEnd: Int64?
    var latestInvoice: String?
    var defaultPaymentMethod: String?
    /// Prorations that wait for the next invoice.
    var pendingLines: [Invoice.Line] = []
    var pendingUpdate: PendingUpdate?

    var owner: String? { customer }
    var clock: String? { testClock }
    var periodStart: Int64 { items.first?.periodStart ?? created }
    var periodEnd: Int64 { items.first?.periodEnd ?? created }

    var dueAt: Int64? {
        if status.isFinal { return nil }
        if status == .incomplete { return created + Subscription.paymentTimeout }
        return [periodEnd, cancelAt, pendingUpdate?.expiresAt].compactMap { $0 }.min()
    }

    /// How long a first payment, or that of a pending change, may be missing.
    static let paymentTimeout: Int64 = 23 * 3600
}
