import Core
import Foundation
import HTTPTypes
import Hummingbird

/// `GET|HEAD /files/{key}`: the bytes of a file, for everybody who has a link. No account is required: the link is
/// the permission.
struct ServeFile: Sendable {
    private let assets: Assets
    private let response: FileResponse
    private let links: FileLinks
    private let time: Time

    init(assets: Assets, store: any FileStore, links: FileLinks, time: Time) {
        self.assets = assets
        response = FileResponse(store: store)
        self.links = links
        self.time = time
    }

    @Sendable func handle(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let download = request.uri.queryParameters["download"].map(String.init)
        guard let key = StorageKey(checking: context.parameters.getCatchAll().joined(separator: "/")) else {
            throw LinkError.invalid
        }
        let link = try links.check(key, of: request, download: download)
        let file = ServedFile(try await assets.find(link))
        let headers = headers(for: file, until: link.expiresAt, download: download)
        return try await response(file, to: request, headers)
    }

    /// A browser never runs the file as a page of this server, whatever its bytes are: opened by itself, it may only
    /// show itself.
    private func headers(for file: ServedFile, until expiresAt: Instant, download: String?) -> HTTPFields {
        let name = download.flatMap { $0.isEmpty ? nil : $0 } ?? file.name
        var headers = HTTPFields.linkedFile(
            tag: file.entityTag, until: expiresAt, now: time.now(), policy: Self.policy)
        headers[.lastModified] = HTTPDate.text(file.createdAt)
        headers[.acceptRanges] = "bytes"
        headers[.contentDisposition] = ContentDisposition.text(
            DownloadName.text(name, file.type), isDownload: download != nil)
        return headers
    }

    static let policy = """
        default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox
        """
}
