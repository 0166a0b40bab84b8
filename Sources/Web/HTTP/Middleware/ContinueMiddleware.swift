import Edge
import HTTPTypes
import Hummingbird
import NIOCore

/// Tells a client that waits with its body (`Expect: 100-continue`) to send it, once a route reads it. A request that
/// is refused before gets its response at once, and its body is never sent.
struct ContinueMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard request.headers[.expect]?.lowercased() == "100-continue" else { return try await next(request, context) }
        var request = request
        request.body = RequestBody(asyncSequence: AwaitedBody(body: request.body, channel: context.channel))
        return try await next(request, context)
    }
}

private struct AwaitedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    let channel: any Channel

    func makeAsyncIterator() -> Iterator {
        Iterator(iterator: body.makeAsyncIterator(), channel: channel)
    }

    struct Iterator: AsyncIteratorProtocol {
        var iterator: RequestBody.AsyncIterator
        let channel: any Channel
        var isAwaited = true

        mutating func next() async throws -> ByteBuffer? {
            if isAwaited {
                isAwaited = false
                channel.triggerUserOutboundEvent(ContinueRequest(), promise: nil)
            }
            return try await iterator.next()
        }
    }
}
