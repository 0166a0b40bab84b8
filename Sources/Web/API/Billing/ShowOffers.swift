import Hummingbird
import SQL
import Core

/// `GET /api/billing/packs`: what is for sale, packs and plans. Visitors see it too.
struct ShowOffers: Sendable {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    private struct Offers: Encodable {
        let packs: [PackBody]
        let plans: [PlanBody]
    }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        let (packs, plans) = try await database.read { try ($0.billing.packs(), $0.billing.plans()) }
        return .json(Offers(packs: packs.map(PackBody.init), plans: plans.map(PlanBody.init)))
    }
}
