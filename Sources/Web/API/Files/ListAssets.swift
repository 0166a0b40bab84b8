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
        let limit = try request.limit()
        let found = try await assets.list(
            of: context.account, kind: Self.kind(request.uri.queryParameters["kind"]), after: request.cursor(Asset.self), limit: limit)
        let page = found.prefix(limit)
        return .json(Body(
            assets: page.map { AssetBody($0, links) }, nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }

    private static func kind(_ text: Substring?) throws(APIError) -> Asset.Kind? {
        guard let text else { return nil }
        guard let kind = Asset.Kind(rawValue: String(text)) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'kind' is 'upload' or 'output'.", field: "kind")
        }
        return kind
    }
}
