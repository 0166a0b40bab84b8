import Core
import Hummingbird

/// `GET /api/assets?kind=&limit=&cursor=`: newest first.
struct ListAssets: Sendable {
    private let assets: Assets
    private let links: FileLinks

    init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let query = try request.page(of: Asset.self)
        let kind = try Self.kind(request.uri.queryParameters["kind"])
        let found = try await assets.list(of: context.account, kind: kind, after: query.cursor, limit: query.readLimit)
        return .json(query.page("assets", of: found, by: \.id) { AssetBody($0, links) })
    }

    private static func kind(_ text: Substring?) throws(APIError) -> Asset.Kind? {
        guard let text else { return nil }
        guard let kind = Asset.Kind(rawValue: String(text)) else {
            throw .invalidParameter("kind", "'kind' must be 'upload' or 'output'.")
        }
        return kind
    }
}
