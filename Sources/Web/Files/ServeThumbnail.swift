import Core
import HTTPTypes
import Hummingbird

/// `GET|HEAD /files/thumbnails/{account}/{asset}/{side}.webp`: a small copy of a picture, for everybody who has a link,
/// as `ServeFile`. One that is not there is made when it is asked for.
struct ServeThumbnail: Sendable {
    private let assets: Assets
    private let store: any FileStore
    private let links: FileLinks
    private let makeMissing: MakeMissingPreview
    private let time: Time

    init(assets: Assets, store: any FileStore, links: FileLinks, makeMissing: MakeMissingPreview, time: Time) {
        self.assets = assets
        self.store = store
        self.links = links
        self.makeMissing = makeMissing
        self.time = time
    }

    @Sendable func handle(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let path = ["account", "asset", "file"].map { context.parameters.get($0) ?? "" }.joined(separator: "/")
        guard let key = StorageKey(checking: "thumbnails/" + path), let thumbnail = key.thumbnail else {
            throw LinkError.invalid
        }
        let link = try links.check(key, of: request)
        let asset = try await assets.find(link)
        let tag = "\"\(asset.sha256.prefix(32))-\(thumbnail.side)-\(Thumbnail.recipe)\""
        let headers = HTTPFields.linkedFile(
            tag: tag, until: link.expiresAt, now: time.now(), policy: "default-src 'none'; sandbox")
        if request.headers.hasEntityTag(tag) {
            return Response(status: .notModified, headers: headers)
        }
        return try await response(key, of: asset, request, headers)
    }

    /// A few kilobytes: ranges are not needed.
    private func response(
        _ key: StorageKey, of asset: Asset, _ request: Request, _ headers: HTTPFields
    ) async throws -> Response {
        var headers = headers
        headers[.contentType] = FileType.webp.contentType
        let file = try await open(key, of: asset)
        headers[.contentLength] = String(file.size)
        if request.method == .head { return Response(status: .ok, headers: headers) }
        let body = ResponseBody(contentLength: file.size) { writer in
            for try await chunk in file.bytes { try await writer.write(chunk) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func open(_ key: StorageKey, of asset: Asset) async throws -> OpenedFile {
        do { return try await store.open(key, range: nil) } catch FileStoreError.notFound {}
        try await makeMissing(key, of: asset)
        return try await store.open(key, range: nil)
    }
}
