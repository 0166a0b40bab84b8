import Core
import Hummingbird

/// `DELETE /api/keys/{id}`: ends a key for good.
struct RevokeKey: Sendable {
    private let keys: APIKeys

    init(_ keys: APIKeys) {
        self.keys = keys
    }

    @Sendable func handle(_ request: Request, context: AccountContext) async throws -> Response {
        guard let id = context.parameters.get("id").flatMap({ ID<APIKey>(checking: $0) }) else {
            throw APIError.notFound("key")
        }
        try await keys.revoke(id, by: context.actor)
        return Response(status: .noContent)
    }
}
