import Core
import HTTPTypes
import Hummingbird

/// `GET|HEAD /files/thumbnails/{account}/{asset}/{side}.webp`: a small copy of a picture, for everybody who has a link,
/// as `ServeFile`. One that is not there is made when it is asked for.
struct ServeThumbnail: Sendable {
    private let assets: Assets
    private let links: FileLinks
    private let response: ThumbnailResponse
    private let time: Time

    init(assets: Assets, store: any FileStore, links: FileLinks, makeMissing: MakeMissingPreview, time: Time) {
        self.assets = assets
        self.links = links
        response = ThumbnailResponse(store: store, makeMissing: makeMissing)
        self.time = time
    }

    @Sendable func handle(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let path = ["account", "asset", "file"].map { context.parameters.get($0) ?? "" }.joined(separator: "/")
        guard let key = StorageKey(checking: "thumbnails/" + path), let thumbnail = key.thumbnail else {
            throw LinkError.invalid
        }
        let link = try links.check(key, of: request)
        let asset = try await assets.find(link)
        let headers = HTTPFields.linkedFile(
            tag: ThumbnailResponse.tag(thumbnail.side, of: asset), until: link.expiresAt, now: time.now(),
            policy: "default-src 'none'; sandbox")
        return try await response(key, of: asset, to: request, headers)
    }
}
