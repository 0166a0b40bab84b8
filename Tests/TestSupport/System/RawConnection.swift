import Core
import NIOCore
import NIOPosix
import Synchronization

/// A connection on which anything can be sent, which no proper client would.
package final class RawConnection: Sendable {
    private final class Received: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let bytes = Mutex<[UInt8]>([])
        let isClosed = Mutex(false)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let part = unwrapInboundIn(data)
            bytes.withLock { $0 += part.readableBytesView }
        }

        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

        func channelInactive(context: ChannelHandlerContext) { isClosed.withLock { $0 = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let channel: any Channel
    private let received = Received()

    /// - Parameter address: The client's own, such as `127.0.0.2` for another network than that of other clients.
    package init(port: Int, from address: String? = nil) async throws {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { [received] channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(received) }
            }
        if let address { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: address, port: 0)) }
        channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    }

    deinit { channel.close(promise: nil) }

    package var isClosed: Bool { received.isClosed.withLock { $0 } }

    /// Whether it went out; the other side may have closed already.
    @discardableResult
    package func send(_ text: String) async -> Bool {
        do {
            try await channel.writeAndFlush(ByteBuffer(string: text))
            return true
        } catch {
            return false
        }
    }

    /// Sends nothing more, and goes on receiving.
    package func finish() async {
        try? await channel.close(mode: .output)
    }

    /// What came until the other side closed, but after a minute in any case.
    package func whole() async throws -> String {
        let time = Time.system
        let end = time.now() + .seconds(60)
        while time.now() < end, !isClosed { try await time.sleep(.milliseconds(20)) }
        return received.text
    }

    /// What came, once a whole head is there or the other side has closed, but after a minute in any case.
    package func response() async throws -> String {
        let time = Time.system
        let end = time.now() + .seconds(60)
        while time.now() < end, !isClosed, !received.text.contains("\r\n\r\n") {
            try await time.sleep(.milliseconds(20))
        }
        return received.text
    }
}
