import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Tells what a client does to its own body, which it may break, cut short or abandon, from what fails in the server.
struct BodyMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var request = request
        request.body = RequestBody(asyncSequence: ReceivedBody(
            body: request.body, announced: request.headers[.contentLength].flatMap { Int($0) },
            logger: context.logger))
        return try await next(request, context)
    }
}

/// The body did not arrive as HTTP has it: a broken chunk, an unknown transfer coding, or an early end. If the client
/// is still there, it is the client's error.
struct BrokenBody: Error {}

/// A body whose failures are `BrokenBody`, logged where they occur.
struct ReceivedBody: AsyncSequence, Sendable {
    let body: RequestBody
    /// `Content-Length`
    let announced: Int?
    let logger: Logger

    func makeAsyncIterator() -> Iterator {
        Iterator(body: body.makeAsyncIterator(), missing: announced, logger: logger)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var body: RequestBody.AsyncIterator
        fileprivate var missing: Int?
        fileprivate let logger: Logger

        mutating func next() async throws -> ByteBuffer? {
            let part: ByteBuffer?
            do {
                part = try await body.next()
            } catch where error is CancellationError || error is any HTTPResponseError || error is APIError {
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
