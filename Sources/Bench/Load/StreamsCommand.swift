import ArgumentParser
import Core
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// `darkroom-bench streams`: opens event streams, says so, reads them for a while and prints a `StreamResult`.
struct StreamsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "streams", abstract: "Reads event streams of a server that is measured.", shouldDisplay: false)

    @Argument(help: "A file with what to open.") var spec: String

    /// Connections that are being opened at once.
    private static let opening = 100

    func run() async throws {
        let spec = try JSONDecoder().decode(StreamSpec.self, from: Data(contentsOf: URL(fileURLWithPath: spec)))
        OpenFiles.raiseLimit()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let heard = HeardEvents()
        let channels = try await open(spec, group, heard)
        say("open")
        heard.begin()
        try await Time.system.sleep(.seconds(spec.seconds))
        say(String(decoding: try JSONEncoder().encode(heard.result()), as: UTF8.self))
        for channel in channels { channel.close(promise: nil) }
        try await group.shutdownGracefully()
    }

    private func open(_ spec: StreamSpec, _ group: MultiThreadedEventLoopGroup, _ heard: HeardEvents) async throws -> [any Channel] {
        try await withThrowingTaskGroup(of: (any Channel).self) { tasks in
            var channels: [any Channel] = []
            for number in 0..<spec.streams {
                if number >= Self.opening, let channel = try await tasks.next() { channels.append(channel) }
                let key = spec.keys[number % spec.keys.count]
                tasks.addTask { try await self.open(spec.port, key, group, heard) }
            }
            for try await channel in tasks { channels.append(channel) }
            return channels
        }
    }

    /// One stream, once its answer has begun.
    private func open(_ port: Int, _ key: String, _ group: MultiThreadedEventLoopGroup, _ heard: HeardEvents) async throws -> any Channel {
        let loop = group.any()
        let begun = loop.makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StreamReader(heard, begun))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: RawRequest.get("/api/events", key: key)))
        try await begun.futureResult.get()
        return channel
    }
}

/// Looks for the events' times in whatever arrives.
private final class StreamReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let heard: HeardEvents
    private let begun: EventLoopPromise<Void>
    private var hasBegun = false

    init(_ heard: HeardEvents, _ begun: EventLoopPromise<Void>) {
        self.heard = heard
        self.begun = begun
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        buffer.withUnsafeReadableBytes { heard.add($0) }
        guard !hasBegun else { return }
        hasBegun = true
        let isOpen = buffer.withUnsafeReadableBytes { $0.starts(with: "HTTP/1.1 200".utf8) }
        isOpen ? begun.succeed() : begun.fail(Failure(.failed, "A stream was answered: \(String(buffer: buffer).prefix(200))"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !hasBegun { begun.fail(Failure(.failed, "A stream was closed before it began.")) }
        heard.lost()
    }
}
