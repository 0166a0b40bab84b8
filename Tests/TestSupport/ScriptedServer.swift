import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that responds to each connection's first request with the given bytes, valid or not, and then
/// closes the connection or falls silent.
package final class ScriptedServer: Sendable {
    package struct Answer: Sendable {
        let text: String
        let body: [UInt8]
        let closes: Bool

        package init(_ text: String, body: [UInt8] = [], closes: Bool = true) {
            self.text = text
            self.body = body
            self.closes = closes
        }

        package static func ok(_ body: [UInt8], announcing length: Int? = nil, closes: Bool = true) -> Answer {
            Answer(
                "HTTP/1.1 200 OK\r\n\(closes ? closing : "")Content-Length: \(length ?? body.count)\r\n\r\n",
                body: body, closes: closes)
        }

        package static func redirect(to address: String) -> Answer {
            Answer("HTTP/1.1 302 Found\r\n\(closing)Location: \(address)\r\nContent-Length: 0\r\n\r\n")
        }

        package static func status(_ status: Int, _ headers: String = "") -> Answer {
            Answer("HTTP/1.1 \(status) No\r\n\(closing)\(headers)Content-Length: 0\r\n\r\n")
        }

        /// Without it a client may send its next request on a connection that is about to close.
        private static let closing = "Connection: close\r\n"
    }

    private let channel: any Channel
    private let heads: Heads

    /// - Parameter answer: Makes the response from the requested path.
    package init(_ answer: @escaping @Sendable (_ path: String) -> Answer) async throws {
        let heads = Heads()
        self.heads = heads
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(heads: heads, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    deinit { channel.close(promise: nil) }

    package var port: Int { channel.localAddress?.port ?? 0 }

    /// The heads of the requests, in order.
    package var requests: [String] { heads.all.withLock { $0.map(\.head) } }
    /// Their bodies.
    package var bodies: [String] { heads.all.withLock { $0.map(\.body) } }

    private final class Heads: Sendable {
        let all = Mutex<[(head: String, body: String)]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let heads: Heads
        private let answer: @Sendable (String) -> Answer
        private var request = ""

        init(heads: Heads, answer: @escaping @Sendable (String) -> Answer) {
            self.heads = heads
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            request += String(buffer: unwrapInboundIn(data))
            guard let end = request.range(of: "\r\n\r\n") else { return }
            let (head, body) = (String(request[..<end.upperBound]), String(request[end.upperBound...]))
            guard body.utf8.count >= Self.length(head) else { return }
            request = ""
            heads.all.withLock { $0.append((head, body)) }
            let answer = answer(head.split(separator: " ").dropFirst().first.map(String.init) ?? "")
            var buffer = ByteBuffer(string: answer.text)
            buffer.writeBytes(answer.body)
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in
                if answer.closes { channel.close(promise: nil) }
            }
        }

        private static func length(_ head: String) -> Int {
            let line = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            return line.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        }
    }
}
