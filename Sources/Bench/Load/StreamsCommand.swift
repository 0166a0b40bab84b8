import ArgumentParser
import Core
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// `darkroom-bench streams`: opens event streams, says so, reads them for a while and prints a `StreamResult`.
struct StreamsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "streams", abstract: "Reads event streams of a server.", shouldDisplay: false)

    @Argument(help: "A file that describes the streams.") var spec: String

    /// Connections that are being opened at once.
    private static let opening = 100

    func run() async throws {
        let spec = try JSONDecoder().decode(StreamSpec.self, from: Data(contentsOf: URL(fileURLWithPath: spec)))
        OpenFiles.raiseLimit()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let received = ReceivedEvents()
        let channels = try await open(spec, group, received)
        say("open")
        received.begin()
        try await Time.system.sleep(.seconds(spec.seconds))
        say(String(decoding: try JSONEncoder().encode(received.result()), as: UTF8.self))
        for channel in channels { channel.close(promise: nil) }
        try await group.shutdownGracefully()
    }

    private func open(
        _ spec: StreamSpec, _ group: MultiThreadedEventLoopGroup, _ received: ReceivedEvents
    ) async throws -> [any Channel] {
        try await withThrowingTaskGroup(of: (any Channel).self) { tasks in
            var channels: [any Channel] = []
            for number in 0..<spec.streams {
                if number >= Self.opening, let channel = try await tasks.next() { channels.append(channel) }
                let key = spec.keys[number % spec.keys.count]
                tasks.addTask { try await self.open(spec.port, key, group, received) }
            }
            for try await channel in tasks { channels.append(channel) }
            return channels
        }
    }

    /// One stream, once its response has begun.
    private func open(
        _ port: Int, _ key: String, _ group: MultiThreadedEventLoopGroup, _ received: ReceivedEvents
    ) async throws -> any Channel {
        let loop = group.any()
        let begun = loop.makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StreamReader(received, begun))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: RawRequest.get("/api/events", key: key)))
        try await begun.futureResult.get()
        return channel
    }
}

/// Looks for the events' times in all that arrives.
private final class StreamReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let received: ReceivedEvents
    private let begun: EventLoopPromise<Void>
    private var hasBegun = false

    init(_ received: ReceivedEvents, _ begun: EventLoopPromise<Void>) {
        self.received = received
        self.begun = begun
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        buffer.withUnsafeReadableBytes { received.add($0) }
        guard !hasBegun else { return }
        hasBegun = true
        let isOpen = buffer.withUnsafeReadableBytes { $0.starts(with: "HTTP/1.1 200".utf8) }
        isOpen
            ? begun.succeed()
            : begun.fail(Failure(.failed, "A stream was refused: \(String(buffer: buffer).prefix(200))"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !hasBegun { begun.fail(Failure(.failed, "A stream was closed before it started.")) }
        received.lost()
    }
}
