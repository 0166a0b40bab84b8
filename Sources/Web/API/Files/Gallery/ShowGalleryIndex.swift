import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /api/gallery/index`: a line for each day with pictures, newest first, such as `2026-11-28 3 nnv`. A letter is
/// the proportion of a picture.
struct ShowGalleryIndex: Sendable {
    private let gallery: Gallery

    init(gallery: Gallery) {
        self.gallery = gallery
    }

    enum Parameter: String, AssetFilterName { case jobKind, model, tag, favorite, q, from, to }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let text = try await gallery.index(of: context.account, AssetFilter(query)).text
        let tag = "\"\(Hex.text(SHA256.hash(data: Data(text.utf8)).prefix(16)))\""
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache"]
        if request.headers.hasEntityTag(tag) { return Response(status: .notModified, headers: headers) }
        var response = Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        response.headers[.contentType] = "text/plain; charset=utf-8"
        return response
    }
}
