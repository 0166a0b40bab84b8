import Core
import Hummingbird

/// `PATCH /api/assets/{id}`: what is left out stays as it is, and unknown members are refused.
struct EditAsset: Sendable {
    private let assets: Assets
    private let links: FileLinks

    init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let body = try ObjectBody(await request.json(), ["name", "tags", "favorite"])
        let edit = AssetEdit(
            name: try body.text("name"), tags: try body.texts("tags"), favorite: try body.flag("favorite"))
        return .json(AssetBody(try await assets.edit(context.assetID(), of: context.account, edit), links))
    }
}
