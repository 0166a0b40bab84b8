import Core
import Hummingbird

/// `POST /api/keys`: a new key, shown this once. An `Idempotency-Key` is ignored, since the response holds a
/// secret.
struct CreateKey: Sendable {
    private let keys: APIKeys

    init(_ keys: APIKeys) {
        self.keys = keys
    }

    @Sendable func handle(_ request: Request, context: AccountContext) async throws -> Response {
        let body = try ObjectBody(await request.json(), ["name"])
        let (key, secret) = try await keys.create(named: body.requiredText("name"), by: context.actor)
        return .json(KeyBody(key, secret: secret), status: .created, location: "/api/keys/\(key.id)")
    }
}
