import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import TestSupport
@testable import Web

extension Request {
    /// A request that came over no connection.
    ///
    /// - Parameter size: How many bytes of the body arrive at a time.
    static func test(
        _ path: String = "/", _ method: HTTPRequest.Method = .get, headers: HTTPFields = [:], body: [UInt8] = [],
        of size: Int = 1000, breaksOff: Bool = false
    ) -> Request {
        Request(
            head: HTTPRequest(method: method, scheme: "http", authority: "a", path: path, headerFields: headers),
            body: RequestBody(asyncSequence: Parts(body, of: size, breaksOff: breaksOff)))
    }
}

/// What a piece of code refuses, as the client sees it: its status and code, and the field at fault; nil if it refuses
/// nothing.
func refusal(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch let error as APIError {
        return ["\(error.status.code)", error.code, error.field].compactMap { $0 }.joined(separator: " ")
    } catch {
        return "\(error)"
    }
}

extension Response {
    /// The whole body.
    var bytes: [UInt8] {
        get async throws {
            let collected = Collected()
            try await body.write(collected)
            return collected.bytes.withLock { $0 }
        }
    }
}

private final class Collected: ResponseBodyWriter, Sendable {
    let bytes = Mutex<[UInt8]>([])

    func write(_ buffer: ByteBuffer) async throws { bytes.withLock { $0 += buffer.readableBytesView } }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
