import Core
import HTTPTypes
import Hummingbird

/// Lets apps in a browser on another origin call: answers preflights, and names the request's origin in the response if
/// its pages may read it. No cookies are used, so none are allowed.
struct CrossOriginMiddleware: RouterMiddleware {
    let origins: AppOrigins

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        let origin = request.headers[.origin]
        let allowed = origin.flatMap { origins.mayCall(from: $0) ? $0 : nil }
        var response = if let origin, request.isPreflight {
            preflight(from: origin, isAllowed: allowed != nil, context)
        } else {
            try await next(request, context)
        }
        // Also without an Origin: a cache must not give the response to another page.
        if origins != .none { response.headers[values: .vary].append("Origin") }
        guard let allowed else { return response }
        response.headers[.accessControlAllowOrigin] = allowed
        // Browsers look for it on the response itself.
        response.headers[.accessControlExposeHeaders] = Self.exposed
        return response
    }

    private func preflight(from origin: String, isAllowed: Bool, _ context: AppContext) -> Response {
        guard isAllowed else {
            return APIError.originNotAllowed(origin).response(requestID: context.requestID)
        }
        return Response(status: .noContent, headers: [
            .accessControlAllowHeaders: Self.accepted, .accessControlAllowMethods: Self.methods,
            .accessControlMaxAge: "3600",
        ])
    }

    /// What Supabase's clients and our own API send.
    private static let accepted = [
        HTTPField.Name.authorization, .apiKey, .contentType, .darkroomAccount, .idempotencyKey, .lastEventID,
        .clientInfo, .supabaseVersion, .upsert, .prefer, .cacheControl, .range, .ifRange, .ifNoneMatch, .fileName,
        .requestID,
    ].map(\.canonicalName).joined(separator: ", ")

    private static let methods = [HTTPRequest.Method.get, .post, .put, .patch, .delete, .head, .options]
        .map(\.rawValue).joined(separator: ", ")

    private static let exposed = [
        HTTPField.Name.requestID, .supabaseVersion, .totalCount, .link, .retryAfter, .eTag, .contentRange, .location,
        .idempotentReplayed,
    ].map(\.canonicalName).joined(separator: ", ")
}

extension Request {
    fileprivate var isPreflight: Bool {
        method == .options && headers[.accessControlRequestMethod] != nil
    }
}

extension APIError {
    fileprivate static func originNotAllowed(_ origin: String) -> APIError {
        APIError(
            .forbidden, "origin_not_allowed",
            """
            Pages of '\(origin.beginning(bytes: 100))' cannot call this server. The operator can allow them with \
            DARKROOM_CORS_ORIGIN.
            """)
    }
}
