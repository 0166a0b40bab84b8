import Core

/// A published version of the prices; with its document if one version is asked for.
struct PriceVersionBody: Encodable {
    let version: Int
    let isCurrent: Bool
    let basedOn: Int?
    let note: String?
    /// Nil for the prices that an installation begins with: nobody published them.
    let publishedAt: String?
    let publishedBy: String?
    let document: PriceList.Document?

    init(_ version: PriceVersion, isCurrent: Bool, withDocument: Bool = false) {
        self.version = version.version
        self.isCurrent = isCurrent
        basedOn = version.basedOn
        note = version.note
        publishedAt = version.publishedAt.milliseconds == 0 ? nil : version.publishedAt.text
        publishedBy = version.publishedBy?.rawValue
        document = withDocument ? version.document : nil
    }
}

struct PriceDraftBody: Encodable {
    let id: String
    let revision: Int
    let basedOn: Int
    let note: String
    let createdBy: String
    let createdAt: String
    let updatedBy: String
    let updatedAt: String
    let document: PriceList.Document

    init(_ draft: PriceDraft) {
        id = draft.id.rawValue
        revision = draft.revision
        basedOn = draft.basedOn
        note = draft.note
        createdBy = draft.createdBy.rawValue
        createdAt = draft.createdAt.text
        updatedBy = draft.updatedBy.rawValue
        updatedAt = draft.updatedAt.text
        document = draft.document
    }
}

/// What the last month's jobs would have cost with the prices of a draft.
struct PricePreviewBody: Encodable {
    let jobs: Int
    let totalBefore: Credits
    let totalAfter: Credits
    let difference: Credits
    let kinds: [Kind]
    let movers: [Mover]
    let unpriced: Int
    let since: String
    /// False if there were more jobs than are looked at: none before `since` was counted.
    let isComplete: Bool

    struct Kind: Encodable {
        let kind: String
        let jobs: Int
        let before: Credits
        let after: Credits
        let difference: Credits
    }

    struct Mover: Encodable {
        let jobId: String
        let accountId: String
        let kind: String
        let before: Credits
        let after: Credits
        let difference: Credits
    }

    init(_ report: PreviewPrices.Report) {
        jobs = report.jobs
        totalBefore = report.before
        totalAfter = report.after
        difference = report.after - report.before
        kinds = report.kinds.sorted { $0.key.rawValue < $1.key.rawValue }.map { name, kind in
            Kind(
                kind: name.rawValue, jobs: kind.jobs, before: kind.before, after: kind.after,
                difference: kind.after - kind.before)
        }
        movers = report.movers.map {
            Mover(
                jobId: $0.job.rawValue, accountId: $0.account.rawValue, kind: $0.kind.rawValue, before: $0.before,
                after: $0.after, difference: $0.after - $0.before)
        }
        unpriced = report.unpriced
        since = report.since.text
        isComplete = report.isComplete
    }
}
