import Core
import HTTPTypes
import Hummingbird

/// `GET|HEAD /s/{token}/file` and `/s/{token}/thumbnails/{side}.webp`: a shared output's file and its small copies. A
/// browser asks again before it shows its own copy, so that what has ended is not shown again.
struct ServeShared: Sendable {
    private let shares: Shares
    private let refusal: SharedRefusal
    private let fileResponse: FileResponse
    private let thumbnailResponse: ThumbnailResponse

    init(shares: Shares, store: any FileStore, makeMissing: MakeMissingPreview, refusal: SharedRefusal) {
        self.shares = shares
        self.refusal = refusal
        fileResponse = FileResponse(store: store)
        thumbnailResponse = ThumbnailResponse(store: store, makeMissing: makeMissing)
    }

    @Sendable func file(_ request: Request, _ context: AppContext) async throws -> Response {
        try await opened(request, context) { output in
            let file = ServedFile(output.asset)
            var headers = headers(of: output, tag: file.entityTag, policy: ServeFile.policy)
            headers[.acceptRanges] = "bytes"
            headers[.contentDisposition] = ContentDisposition.text(Self.name(of: output.asset), isDownload: false)
            return try await fileResponse(file, to: request, headers)
        }
    }

    @Sendable func thumbnail(_ request: Request, _ context: AppContext) async throws -> Response {
        try await opened(request, context) { output in
            let name = context.parameters.get("name") ?? ""
            guard let side = Thumbnail.sides.first(where: { "\($0).webp" == name }) else { throw ShareError.notFound }
            let headers = headers(
                of: output, tag: ThumbnailResponse.tag(side, of: output.asset), policy: "default-src 'none'; sandbox")
            let key = StorageKey.thumbnail(side, of: output.asset.id, output.asset.account)
            return try await thumbnailResponse(key, of: output.asset, to: request, headers)
        }
    }

    /// What the file is called tells nothing: its own name may say what it was made of, and for whom.
    static func name(of asset: Asset) -> String {
        (asset.type.isImage ? "picture." : "film.") + asset.type.fileExtension
    }

    private func opened(
        _ request: Request, _ context: AppContext, _ body: (SharedOutput) async throws -> Response
    ) async throws -> Response {
        try await refusal.orResponse(of: request, context) { $0.contains("text/html") } _: {
            let token = context.parameters.get("token") ?? ""
            return try await body(shares.open(token, from: context.clientAddress).output)
        }
    }

    /// Other pages may show it, which is what a link is for. Without a date, since the tag is enough.
    private func headers(of output: SharedOutput, tag: String, policy: String) -> HTTPFields {
        var headers: HTTPFields = [
            .eTag: tag, .cacheControl: "private, no-cache", .contentSecurityPolicy: policy,
            .crossOriginResourcePolicy: "cross-origin", .referrerPolicy: "no-referrer",
            .xContentTypeOptions: "nosniff",
        ]
        if !output.isIndexed { headers[.robotsTag] = "noindex" }
        return headers
    }
}
