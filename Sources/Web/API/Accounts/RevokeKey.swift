package import Core
package import Hummingbird

/// `DELETE /api/keys/{id}`: ends a key for good.
package struct RevokeKey: Sendable {
    private let keys: APIKeys

    package init(_ keys: APIKeys) {
        self.keys = keys
    }

    @Sendable package func handle(_ request: Request, context: AccountContext) async throws -> Response {
        guard let id = context.parameters.get("id").flatMap({ ID<APIKey>(checking: $0) }) else { throw APIError.notFound("key") }
        try await keys.revoke(id, by: context.actor)
        return Response(status: .noContent)
    }
}
