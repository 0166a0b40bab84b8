import Core
import Hummingbird
import SQL

/// `GET /api/credits/explain?at=&limit=&cursor=`: a balance as its lots, now or at an instant; with `lot=`, that lot as
/// its entries.
struct ExplainCredits: Sendable {
    private let database: Database
    private let time: Time
    /// The balance is summed from the whole history.
    private let turns = Turns(2)

    init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    private struct LotsPage: Encodable {
        let at: String
        let availableCredits: Credits
        let reservedCredits: Credits
        let page: Page<LotBody>

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(at, forKey: .at)
            try container.encode(availableCredits, forKey: .availableCredits)
            try container.encode(reservedCredits, forKey: .reservedCredits)
            try page.encode(to: encoder)
        }

        enum CodingKeys: CodingKey {
            case at, availableCredits, reservedCredits
        }
    }

    private struct LotBody: Encodable, Sendable {
        let id: String
        let source: Lot.Source
        let granted: Credits
        let available: Credits
        let reserved: Credits
        let captured: Credits
        let expired: Credits
        let clawedBack: Credits
        /// What moved into another lot.
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
            clawedBack = lot.clawedBack
            moved = lot.moved
            entries = lot.entries
            createdAt = lot.createdAt.text
            expiresAt = lot.expiresAt?.text
        }
    }

    private struct EntriesPage: Encodable {
        let lot: String
        let page: Page<EntryBody>

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(lot, forKey: .lot)
            try page.encode(to: encoder)
        }

        enum CodingKeys: CodingKey {
            case lot
        }
    }

    private struct EntryBody: Encodable, Sendable {
        let transactionId: String
        let kind: TransactionKind
        let book: String
        let amount: Credits
        let jobId: String?
        let purchaseId: String?
        let reason: ClawBackReason?
        let createdAt: String

        init(_ entry: Explanation.LotEntry) {
            transactionId = entry.transaction.rawValue
            kind = entry.kind
            book = entry.book.rawValue
            amount = entry.amount
            jobId = entry.job?.rawValue
            purchaseId = entry.purchase?.rawValue
            reason = entry.reason
            createdAt = entry.createdAt.text
        }
    }

    enum Parameter: String, PageName { case at, lot, limit, cursor }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let at = try query.instant(.at) ?? time.now()
        if let lot = try query.identifier(.lot, of: Lot.self) {
            return try await entries(of: lot, at, query.page(of: LedgerTransaction.self), context)
        }
        let page = try query.page(of: Lot.self)
        let explanation = try await turns(for: context.account) {
            try await database.read { try $0.ledger.explanation(of: context.account, at: at) }
        }
        let rest = explanation.lots.drop { lot in page.cursor.map { lot.id >= $0 } ?? false }
        return .json(LotsPage(
            at: at.text, availableCredits: explanation.balance.available, reservedCredits: explanation.balance.reserved,
            page: page.page("lots", of: rest, by: \.id, LotBody.init)))
    }

    private func entries(
        of lot: ID<Lot>, _ at: Instant, _ query: PageQuery<ID<LedgerTransaction>>, _ context: AccountContext
    ) async throws -> Response {
        // A transaction has at most two entries of a lot, and a page holds whole transactions.
        let found = try await database.read {
            try $0.ledger.lotEntries(lot, of: context.account, at: at, before: query.cursor, limit: 2 * query.readLimit)
        }
        guard let found else { throw APIError.notFound("lot") }
        var transactions: [[Explanation.LotEntry]] = []
        for entry in found {
            if transactions.last?.last?.transaction != entry.transaction { transactions.append([]) }
            transactions[transactions.count - 1].append(entry)
        }
        let page = query.page("entries", of: transactions, by: { $0[0].transaction }) { $0.map(EntryBody.init) }
        return .json(EntriesPage(
            lot: lot.rawValue,
            page: Page(name: page.name, items: page.items.flatMap { $0 }, nextCursor: page.nextCursor)))
    }
}
