import NIOCore
import NIOHTTP1

/// Sent down the pipeline before a request's body is read: the client may wait for it (RFC 9110 §10.1.1).
package struct ContinueRequest: Sendable {
    package init() {}
}

/// What a connection of HTTP/1 may take, and what it is told: how slow a body may come and a response be read, how much
/// is read of a body that nobody wants, when a connection ends.
///
/// It counts whole seconds of the event loop in which it waited for the client, so a server that is slow itself ends
/// nothing.
final class ConnectionRules: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request whose response has not ended.
    private struct Exchange {
        let closes: Bool
        let isOld: Bool
        var expectsContinue: Bool
    }

    private let policy: ConnectionPolicy
    /// In the order of their responses. The last is the one that is being received.
    private var exchanges: CircularBuffer<Exchange> = []
    private var isReceiving = false
    /// The response has ended before its request: the rest is read and dropped, so that the client reads the response.
    private var isDraining = false
    private var isHalfClosed = false
    /// Whether it waits for the client, and not the client for it.
    private var isReading = false
    private var received = 0
    private var unread = 0
    private var waited = (forBody: 0, forReader: 0, whileDraining: 0, silent: 0, halfClosed: 0)
    private var isWatching = false

    init(policy: ConnectionPolicy) {
        self.policy = policy
    }
}

// What the client sends.
extension ConnectionRules {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = false
        waited.silent = 0
        switch unwrapInboundIn(data) {
        case .head(var head):
            let isOld = head.version.major < 1 || head.version == .http1_0
            let closes = isOld || head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
            // The one form that the server knows.
            if closes { head.headers.replaceOrAdd(name: "connection", value: "close") }
            let expects = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            exchanges.append(Exchange(closes: closes, isOld: isOld, expectsContinue: expects && !isOld))
            isReceiving = true
            received = 0
            waited.forBody = 0
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body(let bytes):
            received += bytes.readableBytes
            guard isDraining else { return context.fireChannelRead(data) }
            if received > policy.drainedBytes { context.close(promise: nil) }
        case .end:
            isReceiving = false
            isDraining = false
            context.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if isDraining { context.read() }
        watch(context)
    }

    func read(context: ChannelHandlerContext) {
        isReading = true
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            isHalfClosed = true
            watch(context)
        }
        context.fireUserInboundEventTriggered(event)
    }
}

// What the server sends.
extension ConnectionRules {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if let exchange = exchanges.first {
                if exchange.closes { head.headers.replaceOrAdd(name: "connection", value: "close") }
                // An old client knows no chunks: the end of the connection is the end of the body.
                if exchange.isOld { head.version = .http1_0 }
                exchanges[exchanges.startIndex].expectsContinue = false
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let body):
            if case .byteBuffer(let bytes) = body { unread += bytes.readableBytes }
            context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            _ = exchanges.popFirst()
            guard exchanges.isEmpty, isReceiving else { return }
            isDraining = true
            received = 0
            waited.whileDraining = 0
            waited.silent = 0
            context.read()
            watch(context)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ContinueRequest else { return context.triggerUserOutboundEvent(event, promise: promise) }
        // Not to a client that did not wait, nor before the response to an earlier request.
        if exchanges.count == 1, exchanges[exchanges.startIndex].expectsContinue, received == 0 {
            exchanges[exchanges.startIndex].expectsContinue = false
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }
        promise?.succeed()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            waited.forReader = 0
            unread = 0
        } else {
            watch(context)
        }
        context.fireChannelWritabilityChanged()
    }
}

// The clock.
extension ConnectionRules {
    private func watch(_ context: ChannelHandlerContext) {
        guard !isWatching, isReceiving || isHalfClosed || !context.channel.isWritable, context.channel.isActive else {
            return
        }
        isWatching = true
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) {
            self.isWatching = false
            self.tick(context)
        }
    }

    private func tick(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        if isDraining {
            waited.whileDraining += 1
            waited.silent += 1
        } else if isReceiving, isReading {
            waited.forBody += 1
        }
        if !context.channel.isWritable { waited.forReader += 1 }
        if isHalfClosed { waited.halfClosed += 1 }
        if isOver { context.close(promise: nil) } else { watch(context) }
    }

    private var isOver: Bool {
        waited.forBody > policy.bodyGrace + received / policy.bodyRate
            || waited.forReader > policy.readerGrace + unread / policy.readerRate
            || waited.whileDraining >= policy.drainTime || waited.silent >= policy.drainSilence
            || waited.halfClosed >= policy.halfClosedTime
    }
}

extension ConnectionRules {
    func handlerRemoved(context: ChannelHandlerContext) {
        // Nothing is told to a connection that has ended.
        exchanges.removeAll()
    }
}
