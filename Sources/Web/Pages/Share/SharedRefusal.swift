import Core
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// Why nothing is shown: a page for people, JSON for programs. What never was, what has ended and what was ended is
/// refused in the same words.
struct SharedRefusal: Sendable {
    private let files: PublicFiles
    private let template: MustacheTemplate

    init(files: PublicFiles) {
        self.files = files
        template = MustacheTemplate(embedded: PackageResources.not_shared_mustache)
    }

    private struct Content {
        let styles: [String]
        let icon: String
        let title: String
        let text: String
    }

    /// The response of `body`, or what refuses it.
    ///
    /// - Parameter asksForPage: Whether a request is for a page, by its `Accept`.
    func orResponse(
        of request: Request, _ context: AppContext, asksForPage: (String) -> Bool,
        _ body: () async throws -> Response
    ) async throws -> Response {
        do {
            return try await body()
        } catch let error as ShareError {
            var known = APIError(error)
            known.headers[.robotsTag] = "noindex"
            let refused = known.response(requestID: context.requestID)
            guard asksForPage(request.headers[.accept]?.lowercased() ?? "") else { return refused }
            var response = page(known)
            for name in [.retryAfter, .robotsTag] as [HTTPField.Name] { response.headers[name] = refused.headers[name] }
            return response
        }
    }

    private func page(_ error: APIError) -> Response {
        let content = Content(
            styles: SharePage.styles.map { files.address(of: $0) }, icon: files.address(of: "favicon.svg"),
            title: error.status == .notFound ? "Nothing is shared here" : "Too many attempts",
            text: error.status == .notFound
                ? "The link is incomplete, or its owner no longer shares this."
                : "Too many links that open nothing were tried from your network. Try again in some minutes.")
        return SharePage.response(template.render(content), status: error.status)
    }
}
