import Core
import HTTPTypes
import Hummingbird

/// `DELETE /api/assets/{id}?trash=`: the row and its bytes, or with `trash=true` into the trash.
struct DeleteAsset: Sendable {
    enum Parameter: String, QueryName { case trash }

    private let assets: Assets

    init(assets: Assets) {
        self.assets = assets
    }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        if try query.flag(.trash) == true {
            try await assets.trash(context.assetID(), of: context.account)
        } else {
            try await assets.delete(context.assetID(), of: context.account)
        }
        return Response(status: .noContent)
    }
}
