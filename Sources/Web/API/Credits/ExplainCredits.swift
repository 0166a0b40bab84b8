package import Core
package import Hummingbird
package import SQL

/// `GET /api/credits/explain?at=&limit=&cursor=`: a balance as its lots, now or at an instant; with `lot=`, that lot as its
/// entries.
package struct ExplainCredits: Sendable {
    private let database: Database
    private let time: Time

    package init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    private struct LotsPage: Encodable {
        let at: String
        let availableCredits: Credits
        let reservedCredits: Credits
        let lots: [LotBody]
        let nextCursor: String?
    }

    private struct LotBody: Encodable {
        let id: String
        let source: Lot.Source
        let granted: Credits
        let available: Credits
        let reserved: Credits
        let captured: Credits
        let expired: Credits
        /// What went on into another lot, or was taken back.
        let moved: Credits
        let entries: Int
        let createdAt: String
        let expiresAt: String?

        init(_ lot: Explanation.LotAccount) {
            id = lot.id.rawValue
            source = lot.source
            granted = lot.granted
            available = lot.available
            reserved = lot.reserved
            captured = lot.captured
            expired = lot.expired
            moved = lot.moved
            entries = lot.entries
            createdAt = lot.createdAt.text
            expiresAt = lot.expiresAt?.text
        }
    }

    private struct EntriesPage: Encodable {
        let lot: String
        let entries: [EntryBody]
        let nextCursor: String?
    }

    private struct EntryBody: Encodable {
        let transactionId: String
        let kind: TransactionKind
        let book: String
        let amount: Credits
        let jobId: String?
        let createdAt: String

        init(_ entry: Explanation.LotEntry) {
            transactionId = entry.transaction.rawValue
            kind = entry.kind
            book = entry.book.rawValue
            amount = entry.amount
            jobId = entry.job?.rawValue
            createdAt = entry.createdAt.text
        }
    }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let at = try request.instant("at") ?? time.now()
        let limit = try request.limit()
        if let lot = try request.identifier("lot", of: Lot.self) { return try await entries(of: lot, at, limit, request, context) }
        let cursor = try request.cursor(Lot.self)
        let explanation = try await database.read { try $0.explanation(of: context.account, at: at) }
        let rest = explanation.lots.drop { lot in cursor.map { lot.id >= $0 } ?? false }
        let page = rest.prefix(limit)
        return .json(LotsPage(
            at: at.text, availableCredits: explanation.balance.available, reservedCredits: explanation.balance.reserved,
            lots: page.map(LotBody.init), nextCursor: rest.count > limit ? page.last?.id.rawValue : nil))
    }

    private func entries(
        of lot: ID<Lot>, _ at: Instant, _ limit: Int, _ request: Request, _ context: AccountContext
    ) async throws -> Response {
        let cursor = try request.cursor(LedgerTransaction.self)
        // A transaction touches a lot in two books at most, and is not torn.
        let found = try await database.read {
            try $0.lotEntries(lot, of: context.account, at: at, before: cursor, limit: 2 * limit + 2)
        }
        guard let found else { throw APIError.notFound("lot") }
        var transactions: [ID<LedgerTransaction>] = []
        for entry in found where transactions.last != entry.transaction { transactions.append(entry.transaction) }
        let shown = Set(transactions.prefix(limit))
        return .json(EntriesPage(
            lot: lot.rawValue, entries: found.filter { shown.contains($0.transaction) }.map(EntryBody.init),
            nextCursor: transactions.count > limit ? transactions[limit - 1].rawValue : nil))
    }
}
