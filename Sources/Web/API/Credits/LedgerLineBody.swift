import Core

struct LedgerLineBody: Encodable {
    let id: String
    let kind: TransactionKind
    let amount: Credits
    let jobId: String?
    /// The purchase that brought the credits, or whose credits are taken back.
    let purchaseId: String?
    let reason: ClawBackReason?
    let availableAfter: Credits
    let reservedAfter: Credits
    let createdAt: String

    init(_ line: LedgerLine) {
        id = line.id.rawValue
        kind = line.kind
        amount = line.amount
        jobId = line.job?.rawValue
        purchaseId = line.purchase?.rawValue
        reason = line.reason
        availableAfter = line.availableAfter
        reservedAfter = line.reservedAfter
        createdAt = line.createdAt.text
    }
}
