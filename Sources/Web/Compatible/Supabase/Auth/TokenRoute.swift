import Core
import HTTPTypes
import Hummingbird
import Logging

/// `POST /auth/v1/token?grant_type=password|refresh_token`
struct TokenRoute: Sendable {
    private let identity: Accounts

    init(_ identity: Accounts) {
        self.identity = identity
    }

    @Sendable func handle(_ request: Request, context: AppContext) async throws -> Response {
        switch request.uri.queryParameters["grant_type"] {
        case "password": try await signIn(request, context)
        case "refresh_token": try await refresh(request, context)
        case nil, "":
            throw AuthError(
                .badRequest, "validation_failed", "grant_type is required in the query: password or refresh_token")
        default:
            throw AuthError(
                .badRequest, "invalid_credentials",
                "unsupported_grant_type: this server supports password and refresh_token")
        }
    }

    private func signIn(_ request: Request, _ context: AppContext) async throws -> Response {
        let body = try await request.authBody()
        guard let email = try body.text("email"), let password = try body.text("password") else {
            throw AuthError(.badRequest, "validation_failed", "email and password are required")
        }
        let signedIn = try await identity.signIn(email: email, password: password, from: Client(request, context))
        return .json(AuthBody.session(signedIn))
    }

    private func refresh(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let token = try await request.authBody().text("refresh_token"), !token.isEmpty else {
            throw AuthError(.badRequest, "validation_failed", "refresh_token is required")
        }
        do {
            return .json(AuthBody.session(try await identity.sessions.refresh(token)))
        } catch RefreshError.alreadyUsed {
            // Somebody else may hold the token; the operator should be able to see it.
            context.logger.warning("refresh token reused", metadata: ["session": "\(token.beginning(bytes: 36))"])
            throw RefreshError.alreadyUsed
        }
    }
}
