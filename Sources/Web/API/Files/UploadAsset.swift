package import Core
import Foundation
import HTTPTypes
package import Hummingbird

/// `POST /api/assets`: the file as the whole body, or as the first file of a multipart form.
package struct UploadAsset: Sendable {
    private let store: StoreUpload
    private let links: FileLinks

    package init(store: StoreUpload, links: FileLinks) {
        self.store = store
        self.links = links
    }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let key = try request.idempotency(route: "assets", body: [])?.key
        if let file = try await MultipartFile.open(request) {
            return answer(try await store(file, name: file.filename, announced: nil, for: context.actor, idempotencyKey: key))
        }
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        return answer(try await store(
            request.body, name: name(of: request), announced: announced, for: context.actor, idempotencyKey: key))
    }

    private func answer(_ outcome: StoreUpload.Outcome) -> Response {
        switch outcome {
        case .stored(let asset):
            return answer(asset)
        case .repeated(let asset):
            var response = answer(asset)
            response.headers[.idempotentReplayed] = "true"
            return response
        }
    }

    private func answer(_ asset: Asset) -> Response {
        var response = Response.json(AssetBody(asset, links), status: .created)
        response.headers[.location] = "/api/assets/\(asset.id)"
        return response
    }

    /// Beyond ASCII a header's text is percent-encoded.
    private func name(of request: Request) -> String? {
        if let name = request.uri.queryParameters["name"] { return String(name) }
        guard let name = request.headers[.fileName] else { return nil }
        return name.removingPercentEncoding ?? name
    }
}
