import Core
import Hummingbird

/// `GET /api/shares?limit=&cursor=`: what the account shares, newest asset first.
struct ListShares: Sendable {
    enum Parameter: String, PageName { case limit, cursor }

    let shares: Shares

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let page = try query.page(of: Asset.self)
        let found = try await shares.list(of: context.account, after: page.cursor, limit: page.readLimit)
        return .json(page.page("shares", of: found, by: \.asset) { ShareBody($0, shares.links) })
    }
}
