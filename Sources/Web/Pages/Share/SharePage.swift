import Core
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// `GET|HEAD /s/{token}`: an output that its owner shares. The page says nothing about whose it is. It has no script,
/// and no cookie is set or read.
struct SharePage: Sendable {
    static let styles = ["style.css", "share.css"]

    private let shares: Shares
    private let files: PublicFiles
    private let refusal: SharedRefusal
    private let template: MustacheTemplate

    init(shares: Shares, files: PublicFiles) {
        self.shares = shares
        self.files = files
        refusal = SharedRefusal(files: files)
        template = MustacheTemplate(embedded: PackageResources.share_mustache)
    }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        try await refusal.orResponse(of: request, context) { accept in
            accept.contains("text/html") || !accept.contains("application/json")
        } _: {
            let (share, output) = try await shares.open(
                context.parameters.get("token") ?? "", from: context.clientAddress)
            let content = SharePageContent(
                output, path: shares.links.path(of: share), url: shares.links.url(of: share),
                styles: Self.styles.map { files.address(of: $0) }, icon: files.address(of: "favicon.svg"))
            var response = Self.response(template.render(content))
            if !output.isIndexed { response.headers[.robotsTag] = "noindex" }
            return response
        }
    }

    /// Not stored anywhere: what has ended must not be shown again.
    static func response(_ page: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .contentSecurityPolicy: policy,
                .referrerPolicy: "no-referrer",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
    }

    /// Nothing from elsewhere, no script, and no style in the page itself.
    static let policy = """
        default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'
        """
}
