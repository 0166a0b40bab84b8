import Core
import Hummingbird
import SQL

/// `GET /api/billing/purchases?limit=&cursor=`: what the account paid for, newest first.
struct ListPurchases: Sendable {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    enum Parameter: String, PageName { case limit, cursor }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let page = try query.page(of: Purchase.self)
        let found = try await database.read {
            try $0.billing.purchases(of: context.account, before: page.cursor, limit: page.readLimit)
        }
        return .json(page.page("purchases", of: found, by: \.id, PurchaseBody.init))
    }
}
