import Core
import Foundation
import HTTPTypes
import Hummingbird

/// `GET|HEAD /files/{key}`: the bytes of a file, for everybody who has a link. No account is required: the link is
/// the permission.
struct ServeFile: Sendable {
    private let assets: Assets
    private let store: any FileStore
    private let links: FileLinks
    private let time: Time

    init(assets: Assets, store: any FileStore, links: FileLinks, time: Time) {
        self.assets = assets
        self.store = store
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
        if FileConditions(request.headers).isUnchanged(file) {
            return Response(status: .notModified, headers: headers)
        }
        return try await response(file, request, headers)
    }

    /// A part is only for those who get it: of HEAD, ranges have no meaning (RFC 9110, 14.2).
    private func response(_ file: ServedFile, _ request: Request, _ headers: HTTPFields) async throws -> Response {
        var headers = headers
        headers[.contentType] = file.type.contentType
        let range = request.method == .get ? FileConditions(request.headers).range(of: file) : .whole
        switch range {
        case .whole:
            return try await response(.ok, file, nil, request, headers)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
            return try await response(.partialContent, file, range, request, headers)
        case .unsatisfiable:
            for name in [.contentType, .contentDisposition, .eTag, .lastModified] as [HTTPField.Name] {
                headers[name] = nil
            }
            headers[.contentRange] = "bytes */\(file.size)"
            headers[.cacheControl] = "no-store"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    /// The file is opened before the response begins, so that a file whose bytes are gone is still a 404.
    private func response(
        _ status: HTTPResponse.Status, _ file: ServedFile, _ range: Range<Int>?, _ request: Request,
        _ headers: HTTPFields
    ) async throws -> Response {
        let length = range?.count ?? file.size
        if request.method == .head {
            guard try await store.size(of: file.key) != nil else { throw FileStoreError.notFound }
            var headers = headers
            headers[.contentLength] = String(length)
            return Response(status: status, headers: headers)
        }
        let opened = try await store.open(file.key, range: range ?? 0..<file.size)
        let body = ResponseBody(contentLength: length) { writer in
            for try await chunk in opened.bytes { try await writer.write(chunk) }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
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

    private static let policy = """
        default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox
        """
}
