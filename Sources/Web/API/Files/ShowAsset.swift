package import Core
package import Hummingbird

/// `GET /api/assets/{id}`
package struct ShowAsset: Sendable {
    private let assets: Assets
    private let links: FileLinks

    package init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(AssetBody(try await assets.find(context.assetID(), of: context.account), links))
    }
}

extension AccountContext {
    /// What is no id cannot be the id of anything.
    func assetID() throws(APIError) -> ID<Asset> {
        guard let id = parameters.get("id").flatMap({ ID<Asset>(checking: $0) }) else { throw .notFound("asset") }
        return id
    }
}
