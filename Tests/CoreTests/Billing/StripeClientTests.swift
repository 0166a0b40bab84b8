import AsyncHTTPClient
@testable import Core
import NIOCore
import NIOPosix
import Testing

struct StripeClientTests {
    @Test
    func `a response that stops halfway ends with the time for it, and no other try is begun`() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HalfResponse())
                    return channel
                }
            }
        let port = server.channel.localAddress?.port ?? 0
        let client = StripeClient(
            .init(key: "sk_test_x", url: "http://127.0.0.1:\(port)", timeout: .milliseconds(300)), client: .shared,
            time: .system)

        await #expect(throws: StripeError.unavailable("no complete response within 0.3 seconds")) {
            try await client.get("/x")
        }

        try await server.channel.close()
    }
}

/// Promises more than it sends.
private final class HalfResponse: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let response = ByteBuffer(
            string: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":")
        context.writeAndFlush(wrapOutboundOut(response), promise: nil)
    }
}
