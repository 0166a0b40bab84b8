import Core
import HTTPTypes
import Hummingbird
import Logging

/// The outermost layer: names the request, adds the headers that every response has, and writes one line to the log.
/// The line has the route's pattern and not the path, since an address may hold a token.
struct RequestLogMiddleware: RouterMiddleware {
    private let time: Time
    private let securityHeaders: [(HTTPField.Name, String)]

    /// - Parameter isSecure: Whether clients come over TLS, and are to do so for the next year.
    init(time: Time, isSecure: Bool = false) {
        self.time = time
        securityHeaders = Self.securityHeaders
            + (isSecure ? [(.strictTransportSecurity, "max-age=31536000")] : [])
    }

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let given = request.headers[.requestID], Self.isAcceptable(given) { context.requestID = given }
        // Instead of the one that Hummingbird gives each request: one request has one id.
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request_id"] = "\(context.requestID)"
        let start = time.now()
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = ErrorMiddleware.response(to: error, context)
        }
        response.headers[.requestID] = context.requestID
        addSecurityHeaders(&response)
        let milliseconds = (time.now() - start).milliseconds
        context.logger.log(
            level: Self.level(context.endpointPath, response.status),
            "\(request.method) \(context.endpointPath ?? "-") \(response.status.code)",
            metadata: ["ms": .stringConvertible(milliseconds)])
        return response
    }

    /// Each page brings several of its own files, which say nothing about a server that works.
    private static func level(_ route: String?, _ status: HTTPResponse.Status) -> Logger.Level {
        guard let route, status.code < 400 else { return .info }
        return PublicFiles.routes.contains(route) ? .debug : .info
    }

    private func addSecurityHeaders(_ response: inout Response) {
        for (name, value) in securityHeaders where response.headers[name] == nil {
            response.headers[name] = value
        }
    }

    private static let securityHeaders: [(HTTPField.Name, String)] = [
        (.xContentTypeOptions, "nosniff"),
        (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
        (.referrerPolicy, "no-referrer"),
        (.frameOptions, "DENY"),
    ]

    /// Short and printable, since it is written to logs.
    private static func isAcceptable(_ id: String) -> Bool {
        (8...64).contains(id.utf8.count) && id.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [45, 46, 95].contains(byte)
        }
    }
}
