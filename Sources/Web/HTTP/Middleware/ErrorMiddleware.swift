import Core
import HTTPTypes
import Hummingbird
import Logging

/// Turns whatever is thrown into the one shape of an error. It stands inside the layer for other origins, which adds
/// its headers to responses: a browser shows no app an error that lacks them.
struct ErrorMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch { return ErrorMiddleware.response(to: error, context) }
    }

    static func response(to error: any Error, _ context: AppContext) -> Response {
        if let known = APIError(core: error) {
            if known.status.code >= 500 { context.logger.error("\(known.code)", metadata: ["error": "\(error)"]) }
            return known.response(requestID: context.requestID)
        }
        if let error = error as? HTTPError {
            return APIError(http: error).response(requestID: context.requestID)
        }
        context.logger.error("internal error", metadata: ["error": "\(error)"])
        return APIError(
            .internalServerError, "internal_error",
            "An internal error occurred. Try again. If the error persists, contact the operator with the request id."
        ).response(requestID: context.requestID)
    }
}

extension APIError {
    fileprivate init(http error: HTTPError) {
        switch error.status {
        case .notFound: self.init(.notFound, "route_not_found", "No such route.")
        case .contentTooLarge: self.init(.contentTooLarge, "body_too_large", "The request body is too large.")
        default:
            self.init(
                error.status, error.status.code < 500 ? "bad_request" : "internal_error",
                error.body ?? error.status.reasonPhrase)
        }
    }
}
