package import Core
import HTTPTypes
package import Hummingbird
import Logging

/// The outermost layer: names the request, turns whatever is thrown into the one shape of an error, adds the headers that
/// every answer has, and writes one line to the log. The line has the route's pattern and not the path: an address may
/// hold a token.
package struct AnswerMiddleware: RouterMiddleware {
    private let time: Time

    package init(time: Time) {
        self.time = time
    }

    package func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let given = request.headers[.requestID], AnswerMiddleware.isAcceptable(given) { context.requestID = given }
        context.logger[metadataKey: "request"] = "\(context.requestID)"
        let start = time.now()
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(error, request, context)
        }
        response.headers[.requestID] = context.requestID
        addSecurityHeaders(&response)
        let milliseconds = (time.now() - start).milliseconds
        context.logger.info("\(request.method) \(context.endpointPath ?? "-") \(response.status.code)", metadata: ["ms": "\(milliseconds)"])
        return response
    }

    private func answer(_ error: any Error, _ request: Request, _ context: AppContext) -> Response {
        if let known = APIError(core: error) {
            if known.status.code >= 500 { context.logger.error("\(known.code)", metadata: ["error": "\(error)"]) }
            return known.response(requestID: context.requestID)
        }
        if let error = error as? HTTPError {
            return APIError(http: error).response(requestID: context.requestID)
        }
        context.logger.error("internal error", metadata: ["error": "\(error)"])
        return APIError(
            .internalServerError, "internal_error", "Something went wrong here. Try again; if it stays, tell the operator the request id.")
            .response(requestID: context.requestID)
    }

    private func addSecurityHeaders(_ response: inout Response) {
        for (name, value) in AnswerMiddleware.securityHeaders where response.headers[name] == nil { response.headers[name] = value }
    }

    private static let securityHeaders: [(HTTPField.Name, String)] = [
        (.xContentTypeOptions, "nosniff"),
        (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
        (.referrerPolicy, "no-referrer"),
        (.frameOptions, "DENY"),
    ]

    /// Short and printable: it goes into logs.
    private static func isAcceptable(_ id: String) -> Bool {
        (8...64).contains(id.utf8.count) && id.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || [45, 46, 95].contains(byte)
        }
    }
}

extension APIError {
    fileprivate init(http error: HTTPError) {
        switch error.status {
        case .notFound: self.init(.notFound, "no_such_route", "There is nothing at this address.")
        case .methodNotAllowed: self.init(.methodNotAllowed, "method_not_allowed", "This address does not take this method.")
        case .contentTooLarge: self.init(.contentTooLarge, "body_too_large", "The body is too large.")
        default:
            self.init(error.status, error.status.code < 500 ? "bad_request" : "internal_error", error.body ?? error.status.reasonPhrase)
        }
    }
}
