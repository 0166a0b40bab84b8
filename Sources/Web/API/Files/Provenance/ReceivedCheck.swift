import Core
import Foundation
import HTTPTypes
import Hummingbird

/// `POST /api/provenance/check`: the file as the whole body, or as the first file of a multipart form. Needs no
/// account.
struct ReceivedCheck: Sendable {
    private let check: CheckProvenance

    init(check: CheckProvenance) {
        self.check = check
    }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        .json(CheckBody(try await result(request, context)).json)
    }

    /// What the page shows as well.
    func result(_ request: Request, _ context: AppContext) async throws -> CheckProvenance.Result {
        let (client, announced) = (Client(request, context), request.headers[.contentLength].flatMap { Int($0) })
        if let file = try await MultipartFile.open(request) {
            return try await check(file, announced: announced, from: client)
        }
        return try await check(request.body, announced: announced, from: client)
    }
}
