import Core

struct Invoice: Document, Equatable {
    enum Status: String, Sendable, Codable, CaseIterable {
        case draft, open, paid, void, uncollectible
    }

    enum Reason: String, Sendable, Codable {
        case create = "subscription_create"
        case cycle = "subscription_cycle"
        case update = "subscription_update"
        case manual
    }

    struct Line: Sendable, Codable, Equatable {
        let id: String
        let amount: Int64
        let description: String
        let price: String
        let product: String
        let unitAmount: Int64
        let quantity: Int64
        let periodStart: Int64
        let periodEnd: Int64
        let isProration: Bool
        let subscription: String?
        let subscriptionItem: String?
        /// What a proration is an item of; nil for a line of the subscription itself.
        let invoiceItem: String?
    }

    static let kind = Kind.invoice
    let id: String
    let created: Int64
    let customer: String
    let email: String?
    let testClock: String?
    let subscription: String?
    /// As it was when the invoice was made.
    let subscriptionMetadata: [String: String]
    let reason: Reason
    let currency: String
    let lines: [Line]
    let periodStart: Int64
    let periodEnd: Int64
    /// To which moment prorations were counted.
    var prorationDate: Int64?
    /// The customer's balance before it.
    var startingBalance: Int64 = 0
    var endingBalance: Int64?
    var amountPaid: Int64 = 0
    var status = Status.draft
    var number: String?
    var paymentIntent: String?
    var attempts: Int64 = 0
    /// When it leaves the draft, or is tried again.
    var nextAttempt: Int64?
    var finalizedAt: Int64?
    var paidAt: Int64?
    var voidedAt: Int64?
    var metadata: [String: String] = [:]

    var owner: String? { customer }
    var clock: String? { testClock }
    var dueAt: Int64? { status == .draft || status == .open ? nextAttempt : nil }

    var total: Int64 { lines.reduce(0) { $0 + $1.amount } }
    /// What is left to pay once the customer's balance is counted in.
    var amountDue: Int64 { max(0, total + startingBalance) }
}

/// How an invoice is paid, by which intent. It stands between the two in versions that no longer name one in the other.
struct InvoicePayment: Document, Equatable {
    enum Status: String, Sendable, Codable, CaseIterable {
        case open, paid, canceled
    }

    static let kind = Kind.invoicePayment
    let id: String
    let created: Int64
    let invoice: String
    let paymentIntent: String
    let amount: Int64
    let currency: String
    var status = Status.open
    var paidAt: Int64?
    var canceledAt: Int64?

    var owner: String? { invoice }
}
