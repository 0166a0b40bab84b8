import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

extension BenchRun {
    /// One request that is to be taken on.
    func post(_ path: String, port: Int, key: String, body: String) async throws {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .POST
        request.headers = ["Authorization": "Bearer \(key)", "Content-Type": "application/json"]
        request.body = .bytes(ByteBuffer(string: body))
        let answer = try await client.execute(request, timeout: .seconds(30))
        let words = try await answer.body.collect(upTo: 1 << 20)
        guard answer.status == .accepted else {
            throw Failure(.failed, "\(path) was answered \(answer.status.code): \(String(buffer: words).prefix(300))")
        }
    }
}
