import Core
import Hummingbird

/// `GET /api/assets?kind=&tag=&favorite=&limit=&cursor=`: newest first.
struct ListAssets: Sendable {
    private let assets: Assets
    private let links: FileLinks

    init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    enum Parameter: String, PageName { case kind, tag, favorite, limit, cursor }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let page = try query.page(of: Asset.self)
        let filter = AssetFilter(
            kind: try Self.kind(query.text(.kind)), tag: try Self.tag(query.text(.tag)),
            isFavorite: try query.flag(.favorite))
        let found = try await assets.list(of: context.account, filter, after: page.cursor, limit: page.readLimit)
        return .json(page.page("assets", of: found, by: \.id) { AssetBody($0, links) })
    }

    /// As a tag is stored.
    private static func tag(_ text: String?) throws(APIError) -> String? {
        guard let text else { return nil }
        guard let tags = try? AssetName.checking(tags: [text]) else {
            throw .invalidParameter(
                "tag", "'tag' must have 1 to \(AssetName.tagLimit) bytes, without control characters.")
        }
        return tags.first
    }

    private static func kind(_ text: String?) throws(APIError) -> Asset.Kind? {
        guard let text else { return nil }
        guard let kind = Asset.Kind(rawValue: text) else {
            throw .invalidParameter("kind", "'kind' must be 'upload' or 'output'.")
        }
        return kind
    }
}
