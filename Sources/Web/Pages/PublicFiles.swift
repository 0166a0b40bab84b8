import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /public/{name}`: the pages' own files, which are part of the program. Pages name them with the hash of their
/// contents, so that a browser caches them for good and loads a new version at once. Also `GET /favicon.ico` and
/// `GET /robots.txt`, which browsers and robots request of every site.
struct PublicFiles: Sendable {
    private struct File: Sendable {
        let type: String
        let bytes: [UInt8]
        let hash: String

        init(_ type: String, _ bytes: [UInt8]) {
            self.type = type
            self.bytes = bytes
            hash = Hex.text(SHA256.hash(data: Data(bytes)).prefix(8))
        }
    }

    /// As they are in the log.
    static let routes: Set<String> = ["/public/{name}", "/favicon.ico", "/robots.txt"]

    private let files: [String: File]

    init() {
        files = [
            "style.css": File("text/css; charset=utf-8", PackageResources.style_css),
            "share.css": File("text/css; charset=utf-8", PackageResources.share_css),
            "session.js": File("text/javascript; charset=utf-8", PackageResources.session_js),
            "buy.js": File("text/javascript; charset=utf-8", PackageResources.buy_js),
            "home.js": File("text/javascript; charset=utf-8", PackageResources.home_js),
            "check.js": File("text/javascript; charset=utf-8", PackageResources.check_js),
            "favicon.svg": File("image/svg+xml", PackageResources.favicon_svg),
        ]
    }

    /// The address by which a page names a file.
    func address(of name: String) -> String {
        guard let file = files[name] else { preconditionFailure("a page refers to \(name), which does not exist") }
        return "/public/\(name)?v=\(file.hash)"
    }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let response = context.parameters.get("name").flatMap({ response(for: $0, request) }) else {
            throw APIError(.notFound, "not_found", "There is no such file.")
        }
        return response
    }

    /// A browser takes the icon by its type, whatever the ending of its name.
    @Sendable func icon(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let response = response(for: "favicon.svg", request) else {
            throw APIError(.notFound, "not_found", "There is no such file.")
        }
        return response
    }

    /// Only the first page and the check say anything to a search engine. Shared pages say themselves whether they may
    /// be found, which only a robot sees that may fetch them.
    @Sendable func robots(_ request: Request, _ context: AppContext) async throws -> Response {
        let text = "User-agent: *\nAllow: /$\nAllow: /check\nAllow: /s/\nAllow: /public/\nDisallow: /\n"
        return Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "public, no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Returns nil if there is no such file.
    func response(for name: String, _ request: Request) -> Response? {
        guard let file = files[name] else { return nil }
        let isExact = request.uri.queryParameters["v"].map { $0 == file.hash } ?? false
        let headers: HTTPFields = [
            .contentType: file.type, .eTag: "\"\(file.hash)\"",
            .cacheControl: isExact ? "public, max-age=31536000, immutable" : "public, no-cache",
        ]
        if request.headers[.ifNoneMatch]?.contains(file.hash) == true {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
