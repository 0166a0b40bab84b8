import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One request to another server, with bounds on its time and on its response. It is sent once and never repeated here.
/// No redirect is followed by a client that was made with `redirectConfiguration: .disallow`, as the product's are.
///
/// All clients of other services send their requests with it, and give its failures the meaning that these have for
/// them.
struct HTTPCall: Sendable {
    let method: HTTPMethod
    let url: String
    var headers = HTTPHeaders()
    var body: ByteBuffer?
    /// For all of it, the last byte of the response included.
    let timeout: Duration
    /// The most bytes that the response's body may have.
    let limit: Int

    init(_ method: HTTPMethod, _ url: String, timeout: Duration, limit: Int) {
        self.method = method
        self.url = url
        self.timeout = timeout
        self.limit = limit
    }

    /// A whole response, of whatever status.
    struct Response: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]
    }

    /// Returns the whole response, in memory: for what is small.
    func send(by client: HTTPClient, _ time: Time) async throws(Failure) -> Response {
        // By `Time`, which a test can move; and the client's own limit ends with the response's head.
        let result = await withTaskGroup(of: Result<Response, Failure>?.self) { group in
            group.addTask { await collect(client) }
            group.addTask {
                do { try await time.sleep(timeout) } catch { return nil }
                return .failure(.timedOut)
            }
            for await result in group {
                guard let result else { continue }
                group.cancelAll()
                return result
            }
            return .failure(.cancelled)
        }
        return try result.get()
    }

    private func collect(_ client: HTTPClient) async -> Result<Response, Failure> {
        do throws(Failure) {
            let stream = try await open(by: client)
            var bytes = ByteBuffer()
            for try await part in stream.body { bytes.writeImmutableBuffer(part) }
            let body = Array(bytes.readableBytesView)
            return .success(Response(status: stream.status, headers: stream.headers, body: body))
        } catch {
            return .failure(error)
        }
    }
}
