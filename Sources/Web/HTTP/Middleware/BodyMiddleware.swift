import Edge
import Hummingbird

/// Tells what a client does to its own body from what fails in the server.
struct BodyMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        try await next(request.received(logger: context.logger), context)
    }
}
