import Core
import Foundation
import HTTPTypes
import Hummingbird

/// `POST /api/assets`: the file as the whole body, or as the first file of a multipart form.
struct UploadAsset: Sendable {
    enum Parameter: String, QueryName { case name }

    private let store: StoreUpload
    private let links: FileLinks

    init(store: StoreUpload, links: FileLinks) {
        self.store = store
        self.links = links
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let key = try request.idempotencyKey()
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let file = try await MultipartFile.open(request) {
            return response(to: try await store(
                file, name: file.filename, announced: nil, atMost: announced, for: context.actor,
                idempotencyKey: key))
        }
        return response(to: try await store(
            request.body, name: name(of: request), announced: announced, for: context.actor, idempotencyKey: key))
    }

    private func response(to outcome: StoreUpload.Outcome) -> Response {
        switch outcome {
        case .stored(let asset):
            return response(asset)
        case .repeated(let asset):
            var response = response(asset)
            response.headers[.idempotentReplayed] = "true"
            return response
        }
    }

    private func response(_ asset: Asset) -> Response {
        var response = Response.json(AssetBody(asset, links), status: .created)
        response.headers[.location] = "/api/assets/\(asset.id)"
        return response
    }

    /// In a header, characters beyond ASCII are percent-encoded.
    private func name(of request: Request) -> String? {
        if let name = request.parameter(Parameter.name) { return name }
        guard let name = request.headers[.fileName] else { return nil }
        return name.removingPercentEncoding ?? name
    }
}
