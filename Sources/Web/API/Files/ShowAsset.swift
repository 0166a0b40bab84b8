import Core
import Hummingbird

/// `GET /api/assets/{id}`
struct ShowAsset: Sendable {
    private let assets: Assets
    private let links: FileLinks

    init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(AssetBody(try await assets.find(context.assetID(), of: context.account), links))
    }
}

extension AccountContext {
    /// Throws 404 for what is no id, as it is the id of nothing.
    func assetID() throws(APIError) -> ID<Asset> {
        guard let id = parameters.get("id").flatMap({ ID<Asset>(checking: $0) }) else { throw .notFound("asset") }
        return id
    }
}
