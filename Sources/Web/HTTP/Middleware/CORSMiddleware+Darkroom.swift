import HTTPTypes
import Hummingbird

extension CORSMiddleware<AppContext> {
    /// For apps in a browser on another origin: what Supabase's clients and our own API send and read.
    init(darkroom origin: String) {
        self.init(
            allowOrigin: origin == "*" ? .originBased : .custom(origin),
            allowHeaders: [
                .authorization, .apiKey, .contentType, .darkroomAccount, .idempotencyKey, .lastEventID, .clientInfo,
                .supabaseVersion, .upsert, .prefer, .cacheControl, .range,
            ],
            allowMethods: [.get, .post, .put, .patch, .delete, .head, .options],
            maxAge: .seconds(3600))
    }
}

/// Lets pages of another origin read our headers. Browsers look for the permission on the response itself; Hummingbird
/// puts it on the preflight's alone.
struct ExposedHeadersMiddleware: RouterMiddleware {
    private static let names = [
        HTTPField.Name.requestID, .supabaseVersion, .totalCount, .link, .retryAfter, .eTag, .contentRange,
        .idempotentReplayed,
    ].map(\.canonicalName).joined(separator: ", ")

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if request.headers[.origin] != nil { response.headers[.accessControlExposeHeaders] = Self.names }
        return response
    }
}
