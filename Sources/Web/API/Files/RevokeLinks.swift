import Core
import Hummingbird

/// `POST /api/assets/{id}/revoke-links`: ends the links that were given away, and returns the asset with a new one.
struct RevokeLinks: Sendable {
    private let assets: Assets
    private let links: FileLinks

    init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(AssetBody(try await assets.revokeLinks(context.assetID(), of: context.account), links))
    }
}
