import Core
import Hummingbird

/// `GET /api/keys?limit=&cursor=`: the account's live keys, newest first.
struct ListKeys: Sendable {
    private let keys: APIKeys

    init(_ keys: APIKeys) {
        self.keys = keys
    }

    @Sendable func handle(_ request: Request, context: AccountContext) async throws -> Response {
        let query = try request.page(of: APIKey.self)
        let found = try await keys.list(for: context.actor, before: query.cursor, limit: query.readLimit)
        return .json(query.page("keys", of: found, by: \.id) { KeyBody($0) })
    }
}
