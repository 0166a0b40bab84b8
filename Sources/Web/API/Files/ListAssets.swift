import Core
import Hummingbird

/// `GET /api/assets?kind=&jobKind=&model=&tag=&favorite=&q=&from=&to=&trash=&limit=&cursor=`: newest first.
struct ListAssets: Sendable {
    private let assets: Assets
    private let links: FileLinks

    init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    enum Parameter: String, PageName, AssetFilterName {
        case kind, jobKind, model, tag, favorite, q, from, to, trash, limit, cursor
    }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let page = try query.page(of: Asset.self)
        var filter = try AssetFilter(query)
        filter.kind = try Self.kind(query.text(.kind))
        filter.isTrash = try query.flag(.trash) ?? false
        let found = try await assets.list(of: context.account, filter, after: page.cursor, limit: page.readLimit)
        return .json(page.page("assets", of: found.assets, by: \.id, next: found.next) { AssetBody($0, links) })
    }

    private static func kind(_ text: String?) throws(APIError) -> Asset.Kind? {
        guard let text else { return nil }
        guard let kind = Asset.Kind(rawValue: text) else {
            throw .invalidParameter("kind", "'kind' must be 'upload' or 'output'.")
        }
        return kind
    }
}
