import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Serves the files of the file host.
struct DownloadHandler: Sendable {
    let files: FileHost

    func file(_ name: String, _ request: Request, _ context: Context) async throws -> Response {
        guard let url = files.url(of: name) else { return FalResponse.notFound }
        let body: ResponseBody
        do {
            body = try await FileIO().loadFile(path: url.path, context: context)
        } catch {
            return FalResponse.error(404, "Not found")
        }
        let response = Response(status: .ok, headers: headers(name, body), body: body)
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Announces the whole file, sends half of it and closes the connection.
    func cutFile(_ name: String, _ context: Context) async throws -> Response {
        guard let url = files.url(of: name), let data = FileManager.default.contents(atPath: url.path) else {
            return FalResponse.error(404, "Not found")
        }
        let body = ResponseBody(contentLength: data.count) { writer in
            try await writer.write(ByteBuffer(bytes: data.prefix(data.count / 2)))
            try await context.channel.close()
            throw HTTPError(.internalServerError)
        }
        return Response(status: .ok, headers: headers(name, body), body: body)
    }

    private func headers(_ name: String, _ body: ResponseBody) -> HTTPFields {
        var headers: HTTPFields = [
            .contentType: files.contentType(of: name), .cacheControl: "public, max-age=86400, immutable",
            .xContentTypeOptions: "nosniff",
        ]
        headers[.contentLength] = body.contentLength.map { String($0) }
        return headers
    }
}
