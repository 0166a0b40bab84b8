import Core
import Hummingbird

/// `GET /api/keys?limit=&cursor=`: the account's live keys, newest first.
struct ListKeys: Sendable {
    private let keys: APIKeys

    init(_ keys: APIKeys) {
        self.keys = keys
    }

    enum Parameter: String, PageName { case limit, cursor }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let page = try query.page(of: APIKey.self)
        let found = try await keys.list(for: context.actor, before: page.cursor, limit: page.readLimit)
        return .json(page.page("keys", of: found, by: \.id) { KeyBody($0) })
    }
}
