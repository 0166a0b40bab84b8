package import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOHTTP1
package import NIOSSL

extension HTTPServerBuilder {
    /// A server of HTTP/1 that admits connections by `limits` and holds them to `policy`.
    package static func bounded(
        by limits: ConnectionLimits, policy: ConnectionPolicy = ConnectionPolicy(), tls: TLSConfiguration? = nil
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let http = RuledChannel(
                base: HTTP1Channel(
                    responder: responder,
                    configuration: .init(
                        idleTimeout: .seconds(Int64(policy.idleTime)),
                        httpDecoderConfiguration: .init(
                            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
                policy: policy)
            guard let tls else { return AdmittedChannel(base: http, limits: limits) }
            return AdmittedChannel(base: try TLSChannel(http, tlsConfiguration: tls), limits: limits)
        }
    }
}

/// Closes a connection that is one too many at once, before it costs anything.
private struct AdmittedChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let limits: ConnectionLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        guard let admission = limits.admit(channel.remoteAddress) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        channel.closeFuture.whenComplete { [limits] _ in limits.release(admission) }
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// Adds the rules of a connection behind the decoder, where the version of a request is known.
private struct RuledChannel: ServerChildChannel {
    let base: HTTP1Channel
    let policy: ConnectionPolicy

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionRules(policy: policy), position: .after(decoder))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
