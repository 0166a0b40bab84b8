import Core
import Hummingbird

/// `POST /api/assets/{id}/restore`: out of the trash. Returns the asset with a new link.
struct RestoreAsset: Sendable {
    private let assets: Assets
    private let links: FileLinks

    init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(AssetBody(try await assets.restore(context.assetID(), of: context.account), links))
    }
}
