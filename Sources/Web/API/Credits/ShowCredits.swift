import Core
package import Hummingbird
package import SQL

/// `GET /api/credits/balance` and `GET /api/credits/history`.
package struct ShowCredits: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    private struct Balance: Encodable {
        let availableCredits: Credits
        let reservedCredits: Credits
        let bonusCredits: Credits
        let totalAllocated: Credits
        /// When a plan's credits come again; null while no plan brings any.
        let nextReplenishmentAt: String?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(availableCredits, forKey: .availableCredits)
            try container.encode(reservedCredits, forKey: .reservedCredits)
            try container.encode(bonusCredits, forKey: .bonusCredits)
            try container.encode(totalAllocated, forKey: .totalAllocated)
            try container.encode(nextReplenishmentAt, forKey: .nextReplenishmentAt)
        }

        enum CodingKeys: CodingKey {
            case availableCredits, reservedCredits, bonusCredits, totalAllocated, nextReplenishmentAt
        }
    }

    @Sendable package func balance(_ request: Request, _ context: AccountContext) async throws -> Response {
        let summary = try await database.read { try $0.balanceSummary(of: context.account) }
        return .json(Balance(
            availableCredits: summary.balance.available, reservedCredits: summary.balance.reserved, bonusCredits: summary.bonus,
            totalAllocated: summary.totalAllocated, nextReplenishmentAt: nil))
    }

    private struct History: Encodable {
        let transactions: [LedgerLineBody]
        let nextCursor: String?
    }

    @Sendable package func history(_ request: Request, _ context: AccountContext) async throws -> Response {
        let limit = try request.limit(default: 50)
        let cursor = try request.cursor(LedgerTransaction.self)
        let found = try await database.read { try $0.history(of: context.account, before: cursor, limit: limit + 1) }
        let page = found.prefix(limit)
        return .json(History(
            transactions: page.map(LedgerLineBody.init), nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }
}
