package import Core
import HTTPTypes
package import Hummingbird

/// `DELETE /api/assets/{id}`: the row and its bytes.
package struct DeleteAsset: Sendable {
    private let assets: Assets

    package init(assets: Assets) {
        self.assets = assets
    }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        try await assets.delete(context.assetID(), of: context.account)
        return Response(status: .noContent)
    }
}
