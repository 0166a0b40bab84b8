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
        let query = request.uri.queryParameters
        let download = query["download"].map(String.init)
        guard let key = StorageKey(checking: context.parameters.getCatchAll().joined(separator: "/")) else {
            throw LinkError.invalid
        }
        let expiresAt = try links.check(
            key, expires: query["expires"].map(String.init), download: download,
            signature: query["signature"].map(String.init))
        let asset = try await assets.find(key)
        let headers = headers(for: asset, until: expiresAt, download: download)
        if FileConditions(request.headers).isUnchanged(asset) {
            return Response(status: .notModified, headers: headers)
        }
        return try await response(asset, request, headers)
    }

    private func response(_ asset: Asset, _ request: Request, _ headers: HTTPFields) async throws -> Response {
        var headers = headers
        headers[.contentType] = asset.type.contentType
        switch FileConditions(request.headers).range(of: asset) {
        case .whole:
            return try await response(.ok, asset, nil, request, headers)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(asset.size)"
            return try await response(.partialContent, asset, range, request, headers)
        case .unsatisfiable:
            headers = [.contentRange: "bytes */\(asset.size)", .cacheControl: "no-store"]
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    /// The file is opened before the response begins, so that a file whose bytes are gone is still a 404.
    private func response(
        _ status: HTTPResponse.Status, _ asset: Asset, _ range: Range<Int>?, _ request: Request, _ headers: HTTPFields
    ) async throws -> Response {
        let length = range?.count ?? asset.size
        if request.method == .head {
            guard try await store.size(of: asset.key) != nil else { throw FileStoreError.notFound }
            var headers = headers
            headers[.contentLength] = String(length)
            return Response(status: status, headers: headers)
        }
        let file = try await store.open(asset.key, range: range ?? 0..<asset.size)
        let body = ResponseBody(contentLength: length) { writer in
            for try await chunk in file.bytes { try await writer.write(chunk) }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    /// A browser never runs the file as a page of this server, whatever its bytes are. It may be shown in the pages of
    /// other sites, which is what links are for.
    private func headers(for asset: Asset, until expiresAt: Instant, download: String?) -> HTTPFields {
        [
            .eTag: asset.entityTag,
            .lastModified: HTTPDate.text(asset.createdAt),
            .acceptRanges: "bytes",
            .cacheControl: "private, max-age=\(max(0, (expiresAt - time.now()).components.seconds)), immutable",
            .contentDisposition: ContentDisposition.text(download: download, name: asset.name),
            .contentSecurityPolicy: "default-src 'none'; sandbox",
            .crossOriginResourcePolicy: "cross-origin",
            .xContentTypeOptions: "nosniff",
        ]
    }
}
