import Core
import HTTPTypes
import Hummingbird

/// A thumbnail as a response. One that is not there is made.
struct ThumbnailResponse: Sendable {
    let store: any FileStore
    let makeMissing: MakeMissingPreview

    /// Strong: equal tags, equal bytes.
    static func tag(_ side: Int, of asset: Asset) -> String {
        "\"\(asset.sha256.prefix(32))-\(side)-\(Thumbnail.recipe)\""
    }

    /// A few kilobytes: ranges are not needed.
    ///
    /// - Parameter headers: With the tag.
    func callAsFunction(
        _ key: StorageKey, of asset: Asset, to request: Request, _ headers: HTTPFields
    ) async throws -> Response {
        if let tag = headers[.eTag], request.headers.hasEntityTag(tag) {
            return Response(status: .notModified, headers: headers)
        }
        var headers = headers
        headers[.contentType] = FileType.webp.contentType
        let file = try await open(key, of: asset)
        headers[.contentLength] = String(file.size)
        if request.method == .head { return Response(status: .ok, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(file, length: file.size))
    }

    private func open(_ key: StorageKey, of asset: Asset) async throws -> OpenedFile {
        do { return try await store.open(key, range: nil) } catch FileStoreError.notFound {}
        try await makeMissing(key, of: asset)
        return try await store.open(key, range: nil)
    }
}
