import Core
package import Hummingbird
package import SQL

/// `GET /api/billing/purchases?limit=&cursor=`: what the account paid for, newest first.
package struct ListPurchases: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    private struct Page: Encodable {
        let purchases: [PurchaseBody]
        let nextCursor: String?
    }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let limit = try request.limit()
        let cursor = try request.cursor(Purchase.self)
        let found = try await database.read { try $0.purchases(of: context.account, before: cursor, limit: limit + 1) }
        let page = found.prefix(limit)
        return .json(Page(purchases: page.map(PurchaseBody.init), nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }
}
