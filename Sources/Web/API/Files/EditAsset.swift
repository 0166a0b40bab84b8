package import Core
package import Hummingbird

/// `PATCH /api/assets/{id}`: what is not mentioned stays as it is.
package struct EditAsset: Sendable {
    private let assets: Assets
    private let links: FileLinks

    package init(assets: Assets, links: FileLinks) {
        self.assets = assets
        self.links = links
    }

    private struct Body: Decodable {
        let name: String?
        let tags: [String]?
        let favourite: Bool?
    }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let body = try await request.decode(Body.self, limit: 64 << 10)
        let edit = AssetEdit(name: body.name, tags: body.tags, favourite: body.favourite)
        return .json(AssetBody(try await assets.edit(context.assetID(), of: context.account, edit), links))
    }
}
