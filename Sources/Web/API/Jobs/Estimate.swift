import Core
import Hummingbird
import SQL

/// `POST /api/estimate`: what a request would cost, and whether the account can pay it. Takes what `generate` takes.
struct Estimate: Sendable {
    private let price: PriceRequest
    private let database: Database
    private let time: Time
    private let read: JobRequestReader

    init(price: PriceRequest, database: Database, time: Time, read: JobRequestReader) {
        self.read = read
        self.price = price
        self.database = database
        self.time = time
    }

    private struct EstimateBody: Encodable {
        let estimatedCredits: Credits
        let availableCredits: Credits
        let sufficient: Bool
        let estimatedSeconds: Int?
        let prices: [PriceBody]
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let requests = try JobRequest.list(in: await read(request, of: context.account).json)
        let priced = try await price(requests, for: context.account)
        let total = priced.reduce(Credits.zero) { $0 + $1.price.total }
        let endpoint = priced[0].endpoint.id
        let now = time.now()
        let (available, duration) = try await database.read { transaction in
            let available = try transaction.ledger.spendableCredits(of: context.account, now: now)
            return (available, try transaction.jobs.usualDuration(of: endpoint))
        }
        return .json(EstimateBody(
            estimatedCredits: total, availableCredits: available, sufficient: total <= available,
            estimatedSeconds: duration.map { Int(($0.milliseconds + 999) / 1000) },
            prices: priced.map { PriceBody($0.price) }))
    }
}
