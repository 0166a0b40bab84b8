import Core

struct LedgerLineBody: Encodable {
    let id: String
    let kind: TransactionKind
    let amount: Credits
    let jobId: String?
    let availableAfter: Credits
    let reservedAfter: Credits
    let createdAt: String

    init(_ line: LedgerLine) {
        id = line.id.rawValue
        kind = line.kind
        amount = line.amount
        jobId = line.job?.rawValue
        availableAfter = line.availableAfter
        reservedAfter = line.reservedAfter
        createdAt = line.createdAt.text
    }
}
