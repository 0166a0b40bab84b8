import Core
import Hummingbird
import SQL

/// `GET /api/billing/purchases?limit=&cursor=`: what the account paid for, newest first.
struct ListPurchases: Sendable {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let query = try request.page(of: Purchase.self)
        let found = try await database.read {
            try $0.billing.purchases(of: context.account, before: query.cursor, limit: query.readLimit)
        }
        return .json(query.page("purchases", of: found, by: \.id, PurchaseBody.init))
    }
}
