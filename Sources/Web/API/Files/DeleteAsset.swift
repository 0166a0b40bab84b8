import Core
import HTTPTypes
import Hummingbird

/// `DELETE /api/assets/{id}`: the row and its bytes.
struct DeleteAsset: Sendable {
    private let assets: Assets

    init(assets: Assets) {
        self.assets = assets
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        try await assets.delete(context.assetID(), of: context.account)
        return Response(status: .noContent)
    }
}
