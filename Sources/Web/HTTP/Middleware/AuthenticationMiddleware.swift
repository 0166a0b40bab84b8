import Core
import HTTPTypes
import Hummingbird

/// Finds out who sent the request, and leaves it to each route to require a principal.
struct AuthenticationMiddleware: RouterMiddleware {
    private let authenticator: Authenticator
    private let secrets: Secrets

    init(authenticator: Authenticator, secrets: Secrets) {
        self.authenticator = authenticator
        self.secrets = secrets
    }

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        guard let secret = secret(of: request) else { return try await next(request, context) }
        if !secret.hasPrefix(APIKey.mark), secrets.isServiceRoleKey(secret) {
            context.isServiceRole = true
        } else {
            do {
                let credential = try await authenticator.authenticate(
                    secret, account: request.headers[.darkroomAccount])
                context.principal = Principal(credential)
            } catch let error as AuthenticationError {
                context.authenticationError = error
            }
        }
        return try await next(request, context)
    }

    /// The token or key that was sent; nil for an anonymous request. Supabase's clients send the project's key as
    /// bearer while nobody is signed in; whatever key that is, it names no user.
    private func secret(of request: Request) -> String? {
        let project = request.headers[.apiKey]
        let sent = request.headers[.authorization].flatMap(Self.bearer) ?? project
        guard let sent, !sent.isEmpty else { return nil }
        if sent.hasPrefix(APIKey.mark) { return sent }
        if secrets.isAnonKey(sent) || (sent == project && !secrets.isServiceRoleKey(sent)) { return nil }
        return sent
    }

    /// `Bearer …`, or `Token …` as some clients write it.
    private static func bearer(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, ["bearer", "token"].contains(parts[0].lowercased()) else { return nil }
        return String(parts[1]).trimmingPrefix(" ").description
    }
}
