import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension HTTPCall {
    /// A response whose head has arrived.
    struct Stream: Sendable {
        let status: Int
        let headers: HTTPHeaders
        /// Never more bytes than the call's limit, and never fewer than announced.
        let body: Body
    }

    /// Returns when the response's head has arrived; the body is received while it is read. The caller bounds the time
    /// of the whole, for only the head has to arrive within `timeout`.
    func open(by client: HTTPClient) async throws(Failure) -> Stream {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers = headers
        request.body = body.map { .bytes($0) }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .milliseconds(timeout.milliseconds))
        } catch {
            throw Failure(error)
        }
        return Stream(status: Int(response.status.code), headers: response.headers, body: Body(response, limit: limit))
    }

    struct Body: AsyncSequence, Sendable {
        private let parts: HTTPClientResponse.Body
        private let limit: Int
        private let announced: Int?

        init(_ response: HTTPClientResponse, limit: Int) {
            parts = response.body
            self.limit = limit
            // A length at a status without a body is that of another response.
            let hasBody = response.status != .noContent && response.status != .notModified
            announced = hasBody ? response.headers.first(name: "Content-Length").flatMap(Int.init) : nil
        }

        func makeAsyncIterator() -> Iterator {
            Iterator(parts: parts.makeAsyncIterator(), limit: limit, announced: announced)
        }

        struct Iterator: AsyncIteratorProtocol {
            fileprivate var parts: HTTPClientResponse.Body.AsyncIterator
            fileprivate let limit: Int
            fileprivate let announced: Int?
            private var size = 0

            fileprivate init(parts: HTTPClientResponse.Body.AsyncIterator, limit: Int, announced: Int?) {
                self.parts = parts
                self.limit = limit
                self.announced = announced
            }

            mutating func next(
                isolation actor: isolated (any _Concurrency.Actor)? = #isolation
            ) async throws(Failure) -> ByteBuffer? {
                if let announced, announced > limit { throw .tooLarge(limit: limit) }
                let part: ByteBuffer?
                do { part = try await parts.next(isolation: actor) } catch { throw Failure(error) }
                guard let part else {
                    if let announced, announced != size {
                        throw .brokenOff("only \(size) of \(announced) bytes were received")
                    }
                    return nil
                }
                size += part.readableBytes
                guard size <= limit else { throw .tooLarge(limit: limit) }
                return part
            }
        }
    }
}
