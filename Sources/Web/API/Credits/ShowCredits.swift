import Core
import Hummingbird
import SQL

/// `GET /api/credits/balance`: the balance, and the lots that make it up.
struct ShowCredits: Sendable {
    private let database: Database
    private let time: Time

    init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    private struct Balance: Encodable {
        let availableCredits: Credits
        let reservedCredits: Credits
        let bonusCredits: Credits
        let totalAllocated: Credits
        /// When the plan grants credits next; null while no plan grants any.
        let nextReplenishmentAt: String?
        /// In the order in which they are spent.
        let lots: [LotBody]
        let hasMoreLots: Bool

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(availableCredits, forKey: .availableCredits)
            try container.encode(reservedCredits, forKey: .reservedCredits)
            try container.encode(bonusCredits, forKey: .bonusCredits)
            try container.encode(totalAllocated, forKey: .totalAllocated)
            try container.encode(nextReplenishmentAt, forKey: .nextReplenishmentAt)
            try container.encode(lots, forKey: .lots)
            if hasMoreLots { try container.encode(true, forKey: .hasMoreLots) }
        }

        enum CodingKeys: CodingKey {
            case availableCredits, reservedCredits, bonusCredits, totalAllocated, nextReplenishmentAt, lots, hasMoreLots
        }
    }

    private struct LotBody: Encodable {
        let id: String
        let source: Lot.Source
        let remaining: Credits
        /// Absent if it does not expire.
        let expiresAt: String?

        init(_ lot: Lot) {
            id = lot.id.rawValue
            source = lot.source
            remaining = lot.remaining
            expiresAt = lot.expiresAt?.text
        }
    }

    @Sendable func balance(_ request: Request, _ context: AccountContext) async throws -> Response {
        let now = time.now()
        let (summary, next) = try await database.read {
            (try $0.ledger.balanceSummary(of: context.account, now: now),
             try $0.billing.nextReplenishment(of: context.account, now: now))
        }
        return .json(Balance(
            availableCredits: summary.balance.available, reservedCredits: summary.balance.reserved,
            bonusCredits: summary.bonus, totalAllocated: summary.totalAllocated, nextReplenishmentAt: next?.text,
            lots: summary.lots.map(LotBody.init), hasMoreLots: summary.hasMoreLots))
    }
}
