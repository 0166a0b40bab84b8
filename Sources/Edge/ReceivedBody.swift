import HTTPTypes
package import HummingbirdCore
package import Logging
package import NIOCore

/// The body did not arrive as HTTP has it: a broken chunk, an unknown transfer coding, or an early end. If the client
/// is still there, it is the client's error.
package struct BrokenBody: Error {
    package init() {}
}

/// Tells what a client does to its own body, which it may break, cut short or abandon, from what fails in the server:
/// failures of the body are `BrokenBody`, logged where they occur.
package struct ReceivedBody: AsyncSequence, Sendable {
    let body: RequestBody
    /// `Content-Length`
    let announced: Int?
    let logger: Logger

    package init(_ body: RequestBody, announced: Int?, logger: Logger) {
        self.body = body
        self.announced = announced
        self.logger = logger
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(body: body.makeAsyncIterator(), missing: announced, logger: logger)
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var body: RequestBody.AsyncIterator
        fileprivate var missing: Int?
        fileprivate let logger: Logger

        package mutating func next() async throws -> ByteBuffer? {
            let part: ByteBuffer?
            do {
                part = try await body.next()
            } catch let error as CancellationError {
                throw error
            } catch {
                throw broken("\(error)")
            }
            if let part {
                missing = missing.map { $0 - part.readableBytes }
            } else if let missing, missing > 0 {
                // A connection that is closed can look like the end of the body.
                throw broken("\(missing) bytes are missing")
            }
            return part
        }

        private func broken(_ reason: String) -> BrokenBody {
            logger.info("request body broken", metadata: ["reason": "\(reason)"])
            return BrokenBody()
        }
    }
}

extension Request {
    /// The same request, whose body tells a client's failures by `BrokenBody`.
    package func received(logger: Logger) -> Request {
        let length = headers[.contentLength]
        // Without these there is no body.
        guard length != nil || headers[.transferEncoding] != nil else { return self }
        var request = self
        request.body = RequestBody(
            asyncSequence: ReceivedBody(body, announced: length.flatMap { Int($0) }, logger: logger))
        return request
    }
}
