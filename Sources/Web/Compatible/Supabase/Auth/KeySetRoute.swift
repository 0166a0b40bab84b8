import Core
import HTTPTypes
import Hummingbird

/// `GET /auth/v1/.well-known/jwks.json`: the keys that access tokens can be verified with.
struct KeySetRoute: Sendable {
    private let tokens: Tokens

    init(_ tokens: Tokens) {
        self.tokens = tokens
    }

    @Sendable func handle(_ request: Request, context: AppContext) -> Response {
        var response = Response.json(tokens.keySet)
        response.headers[.cacheControl] = "public, max-age=600"
        return response
    }
}
