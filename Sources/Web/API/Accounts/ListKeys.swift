package import Core
package import Hummingbird

/// `GET /api/keys?limit=&cursor=`: the account's live keys, newest first.
package struct ListKeys: Sendable {
    private let keys: APIKeys

    package init(_ keys: APIKeys) {
        self.keys = keys
    }

    private struct Page: Encodable {
        let keys: [KeyBody]
        /// Where the next page begins. Absent on the last one.
        let nextCursor: String?
    }

    @Sendable package func handle(_ request: Request, context: AccountContext) async throws -> Response {
        let limit = try request.limit()
        let cursor = try request.cursor(APIKey.self)
        let found = try await keys.list(for: context.actor, before: cursor, limit: limit + 1)
        let page = found.prefix(limit)
        return .json(Page(keys: page.map { KeyBody($0) }, nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }
}
