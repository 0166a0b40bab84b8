import Hummingbird
import Logging

/// Turns whatever is thrown under a path into Supabase's shape of an error, also for routes and methods that are not
/// there, and marks each response with the version of that shape, without which clients do not read its code.
struct AuthErrorMiddleware: RouterMiddleware {
    private static let version = "2024-01-01"
    private let path: String

    init(under path: String) {
        self.path = path
    }

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path == path || request.uri.path.hasPrefix(path + "/") else {
            return try await next(request, context)
        }
        var response: Response
        do {
            response = try await next(request, context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let refusal = AuthError(error)
            if refusal.status.kind == .serverError {
                context.logger.error("auth request failed", metadata: ["error": "\(error)"])
            }
            response = refusal.response(requestID: context.requestID)
        }
        response.headers[.supabaseVersion] = Self.version
        return response
    }
}
