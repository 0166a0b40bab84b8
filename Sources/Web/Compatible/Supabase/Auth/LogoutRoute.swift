import Core
import HTTPTypes
import Hummingbird

/// `POST /auth/v1/logout?scope=global|local|others`
struct LogoutRoute: Sendable {
    private let sessions: Sessions

    init(_ sessions: Sessions) {
        self.sessions = sessions
    }

    @Sendable func handle(_ request: Request, context: AppContext) async throws -> Response {
        let (user, session) = try context.signedIn()
        guard let scope = Sessions.Scope(rawValue: String(request.uri.queryParameters["scope"] ?? "global")) else {
            throw AuthError(.badRequest, "validation_failed", "scope must be global, local or others")
        }
        try await sessions.end(scope, of: user, current: session)
        return Response(status: .noContent)
    }
}
