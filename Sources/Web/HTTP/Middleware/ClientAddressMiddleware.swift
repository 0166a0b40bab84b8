import Core
import HTTPTypes
import Hummingbird
import NIOCore

/// Finds the client behind trusted proxies, whom limits by client address count.
struct ClientAddressMiddleware: RouterMiddleware {
    let proxies: TrustedProxies

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard let peer = context.remoteAddress?.ipAddress else { return try await next(request, context) }
        var context = context
        context.clientAddress = Client.network(
            of: proxies.client(of: peer, forwardedFor: request.headers[values: .forwardedFor]))
        return try await next(request, context)
    }
}
