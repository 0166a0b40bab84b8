package import Core
import HTTPTypes
package import Hummingbird

/// `GET /api/assets?kind=&limit=&cursor=`: newest first.
package struct ListAssets: Sendable {
    private let assets: Assets
    private let links: FileLinks

    package init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    private struct Body: Encodable {
        let assets: [AssetBody]
        /// Sent back as `cursor` for what follows; absent at the end.
        let nextCursor: String?
    }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let query = request.uri.queryParameters
        let limit = try Self.limit(query["limit"])
        let found = try await assets.list(
            of: context.account, kind: Self.kind(query["kind"]), after: Self.cursor(query["cursor"]), limit: limit)
        let page = found.prefix(limit)
        return .json(Body(
            assets: page.map { AssetBody($0, links) }, nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }

    private static func limit(_ text: Substring?) throws(APIError) -> Int {
        guard let text else { return 20 }
        guard let limit = Int(text), (1...100).contains(limit) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'limit' is a number from 1 to 100.", field: "limit")
        }
        return limit
    }

    private static func kind(_ text: Substring?) throws(APIError) -> Asset.Kind? {
        guard let text else { return nil }
        guard let kind = Asset.Kind(rawValue: String(text)) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'kind' is 'upload' or 'output'.", field: "kind")
        }
        return kind
    }

    private static func cursor(_ text: Substring?) throws(APIError) -> ID<Asset>? {
        guard let text else { return nil }
        guard let id = ID<Asset>(checking: text) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'cursor' is the 'nextCursor' of the page before.", field: "cursor")
        }
        return id
    }
}
