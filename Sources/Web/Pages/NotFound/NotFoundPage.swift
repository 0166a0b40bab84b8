import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// What a person sees whose browser opens an address that does not exist. Programs get the error as JSON, under the
/// addresses of the APIs and of files in any case: their clients read the code.
struct NotFoundPage: RouterMiddleware {
    private let text: String

    init(files: PublicFiles) {
        text = MustacheTemplate(embedded: PackageResources.not_found_mustache).render([
            "style": files.address(of: "style.css"), "icon": files.address(of: "favicon.svg"),
        ])
    }

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        // What has a page of its own for this says more.
        guard response.status == .notFound, !Self.isForPrograms(request.uri.path),
            response.headers[.contentType]?.hasPrefix("text/html") != true
        else { return response }
        guard request.wantsPage else {
            var response = response
            response.headers[values: .vary].append("Accept")
            return response
        }
        return Response(
            status: .notFound,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .vary: "Accept",
                .contentSecurityPolicy: HomePage.policy,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func isForPrograms(_ path: String) -> Bool {
        ["api", "auth", "files", "health"].contains { path == "/\($0)" || path.hasPrefix("/\($0)/") }
    }
}

extension Request {
    /// As browsers ask for what stands in their address bar.
    fileprivate var wantsPage: Bool {
        guard method == .get || method == .head else { return false }
        return (headers[.accept] ?? "").lowercased().split(separator: ",").contains { type in
            type.prefix { $0 != ";" }.filter { $0 != " " } == "text/html"
        }
    }
}
