import SQL

/// One ledger transaction as its account sees it.
package struct LedgerLine: Sendable, Hashable {
    package let id: ID<LedgerTransaction>
    package let kind: TransactionKind
    package let job: ID<Job>?
    /// The purchase that brought the credits, or whose credits are taken back.
    package let purchase: ID<Purchase>?
    /// Why credits are taken back. Nil for other lines, and for those of before reasons were kept.
    package let reason: ClawBackReason?
    package let amount: Credits
    package let availableAfter: Credits
    package let reservedAfter: Credits
    package let createdAt: Instant
}

/// Which lines of an account's history to read; a member that is not set filters nothing.
package struct HistoryFilter: Sendable, Hashable {
    package var kind: TransactionKind?
    package var job: ID<Job>?
    /// The first instant that counts; `to` is the first that does not.
    package var from: Instant?
    package var to: Instant?

    package init(kind: TransactionKind? = nil, job: ID<Job>? = nil, from: Instant? = nil, to: Instant? = nil) {
        self.kind = kind
        self.job = job
        self.from = from
        self.to = to
    }
}

extension TransactionKind {
    /// Whether jobs write it. Other kinds are few among an account's lines, and have an index of their own.
    var isOfJobs: Bool {
        switch self {
        case .reserve, .capture, .release: true
        case .purchase, .grant, .bonus, .refund, .clawBack, .adjustment, .expire: false
        }
    }
}
