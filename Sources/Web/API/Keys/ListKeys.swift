package import Core
package import Hummingbird

/// `GET /api/keys?limit=&cursor=`: the account's live keys, newest first.
package struct ListKeys: Sendable {
    private static let largestPage = 100

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
        let limit = try limit(of: request)
        let cursor = try cursor(of: request)
        let found = try await keys.list(for: context.actor, before: cursor, limit: limit + 1)
        let page = found.prefix(limit)
        return .json(Page(keys: page.map { KeyBody($0) }, nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }

    private func limit(of request: Request) throws(APIError) -> Int {
        guard let text = request.uri.queryParameters["limit"] else { return 50 }
        guard let limit = Int(text), (1...Self.largestPage).contains(limit) else {
            throw APIError(
                .unprocessableContent, "invalid_parameter", "'limit' is a number from 1 to \(Self.largestPage).", field: "limit")
        }
        return limit
    }

    private func cursor(of request: Request) throws(APIError) -> ID<APIKey>? {
        guard let text = request.uri.queryParameters["cursor"] else { return nil }
        guard let cursor = ID<APIKey>(checking: text) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'cursor' is not one of ours.", field: "cursor")
        }
        return cursor
    }
}
