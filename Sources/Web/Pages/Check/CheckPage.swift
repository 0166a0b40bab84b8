import Core
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// `GET|POST /check`: a form that takes a file, and what is found about it. Works without JavaScript. No cookie and no
/// account is involved, and nothing is stored, so a request from another site gains nothing; it is refused all the
/// same, as it would count against the network of whose browser sends it.
struct CheckPage: Sendable {
    private let received: ReceivedCheck
    private let files: PublicFiles
    private let template: MustacheTemplate

    init(check: ReceivedCheck, files: PublicFiles) {
        received = check
        self.files = files
        template = MustacheTemplate(embedded: PackageResources.check_mustache)
    }

    /// What the template shows.
    private struct Content {
        let style: String
        let script: String
        let icon: String
        let types: String
        let megabytes: Int
        /// Nil before a file was sent.
        let result: CheckText?
    }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        page(nil)
    }

    @Sendable func check(_ request: Request, _ context: AppContext) async throws -> Response {
        do {
            guard request.headers[.fetchSite] != "cross-site" else { throw Self.fromElsewhere }
            return page(CheckText(try await received.result(request, context)))
        } catch {
            // What is not for the client is logged where all other errors are.
            guard let known = APIError(core: error), known.status.code < 500 || known.retryAfter != nil else {
                throw error
            }
            var response = page(CheckText(known), status: known.status)
            if let wait = known.retryAfter { response.headers[.retryAfter] = String(wait.milliseconds / 1000 + 1) }
            response.headers.append(contentsOf: known.headers)
            return response
        }
    }

    private func page(_ result: CheckText?, status: HTTPResponse.Status = .ok) -> Response {
        let content = Content(
            style: files.address(of: "style.css"), script: files.address(of: "check.js"),
            icon: files.address(of: "favicon.svg"),
            types: CheckProvenance.types.map(\.contentType).sorted().joined(separator: ","),
            megabytes: CheckProvenance.sizeLimit >> 20, result: result)
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: result == nil ? "no-cache" : "no-store",
                .contentSecurityPolicy: Self.policy,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: template.render(content))))
    }

    /// Nothing from elsewhere, and no script or style in the page itself.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        base-uri 'none'; form-action 'self'; frame-ancestors 'none'
        """

    private static let fromElsewhere = APIError(
        .forbidden, "origin_not_allowed", "Another site sent this file. Choose it here.")
}
