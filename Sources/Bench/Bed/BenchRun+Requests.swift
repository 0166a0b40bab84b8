import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

extension BenchRun {
    /// One request, which must be accepted.
    func post(_ path: String, port: Int, key: String, body: String) async throws {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .POST
        request.headers = ["Authorization": "Bearer \(key)", "Content-Type": "application/json"]
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .accepted else {
            throw Failure(.failed, "\(path) returned \(response.status.code): \(String(buffer: body).prefix(300))")
        }
    }
}
