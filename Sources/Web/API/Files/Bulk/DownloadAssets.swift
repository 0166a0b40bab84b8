import Core
import HTTPTypes
import Hummingbird

/// `POST /api/assets/zip`: the selected files as one ZIP, which is made while it is sent. An account receives one at a
/// time from a node.
struct DownloadAssets: Sendable {
    private let zip: ZipAssets
    private let time: Time
    private let turns = Turns(64)

    init(zip: ZipAssets, time: Time) {
        self.zip = zip
        self.time = time
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let json = try JSON(body: await request.bytes(limit: BulkSelection.bodyLimit))
        let selection = try BulkSelection(ObjectBody(json, BulkSelection.names))
        let turn = try turns.take(for: context.account)
        let plan = try await zip.plan(selection, of: context.account)
        return Response(status: .ok, headers: headers, body: ResponseBody { [zip] writer in
            // What it throws ends the connection: the client does not take a part for the whole.
            try await zip.write(plan) { try await writer.write($0) }
            try await writer.finish(nil)
            withExtendedLifetime(turn) {}
        })
    }

    /// There is no length: a file may be gone by the time that its turn comes.
    private var headers: HTTPFields {
        let name = "darkroom-\(time.now().text.prefix(10)).zip"
        return [
            .contentType: "application/zip", .cacheControl: "no-store",
            .contentDisposition: "attachment; filename=\"\(name)\"", .xContentTypeOptions: "nosniff",
        ]
    }
}
