import Foundation
package import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches what somebody else gave the address of. Each host is resolved by us, judged by the `AddressPolicy`, and
/// connected to at exactly the address that was judged; redirects are followed one by one and judged again.
package struct Fetcher: Sendable {
    package struct Limits: Sendable, Hashable {
        /// From the first look-up to the last byte, redirects and storing included.
        package var total = Duration.seconds(120)
        /// Without a byte.
        package var idle = Duration.seconds(20)
        package var connect = Duration.seconds(10)
        package var redirects = 3

        package init() {}
    }

    private let policy: AddressPolicy
    private let limits: Limits
    private let time: Time
    private let resolver: HostResolver
    private let group: any EventLoopGroup

    package init(
        policy: AddressPolicy, limits: Limits = Limits(), time: Time, resolver: HostResolver = .system(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.policy = policy
        self.limits = limits
        self.time = time
        self.resolver = resolver
        self.group = group
    }

    /// Hands the body to `consume` while it arrives. What `consume` throws comes back unchanged, all else as a
    /// `FetchError`.
    ///
    /// - Parameters:
    ///   - address: http, https or data.
    ///   - limit: In bytes, whatever the other side announces.
    ///   - trusting: Origins that may be private for this one fetch, such as that of the provider in use.
    package func fetch<Value: Sendable>(
        _ address: String, limit: Int, trusting: Set<Origin> = [],
        _ consume: @escaping @Sendable (any AsyncSequence<ByteBuffer, any Error> & Sendable) async throws -> Value
    ) async throws -> Value {
        if DataURI.matches(address) {
            let bytes = try DataURI(address, limit: limit).bytes
            return try await consume(SingleBuffer(ByteBuffer(bytes: bytes)))
        }
        let policy = policy.trusting(trusting)
        return try await within(limits.total) {
            try await follow(address, limit, policy, consume)
        }
    }

    /// The whole body in memory: for what is small.
    package func bytes(of address: String, limit: Int, trusting: Set<Origin> = []) async throws -> [UInt8] {
        try await fetch(address, limit: limit, trusting: trusting) { parts in
            var bytes: [UInt8] = []
            for try await part in parts { bytes.append(contentsOf: part.readableBytesView) }
            return bytes
        }
    }

    /// By `Time`, which a test can turn, and not by the client's own clock.
    private func within<Value: Sendable>(
        _ duration: Duration, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await time.sleep(duration)
                throw FetchError.timedOut
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    private func follow<Value: Sendable>(
        _ address: String, _ limit: Int, _ policy: AddressPolicy,
        _ consume: @Sendable (any AsyncSequence<ByteBuffer, any Error> & Sendable) async throws -> Value
    ) async throws -> Value {
        var address = address
        for _ in 0...limits.redirects {
            guard let url = URL(string: address), let origin = Origin(url) else { throw FetchError.invalidAddress }
            try policy.check(origin)
            let candidates = try policy.check(await resolver.resolve(origin.host, origin.port), of: origin)
            switch try await request(url, at: candidates, origin, limit, consume) {
            case .value(let value): return value
            case .redirect(let location):
                guard let next = URL(string: location, relativeTo: url) else { throw FetchError.invalidAddress }
                address = next.absoluteString
            }
        }
        throw FetchError.tooManyRedirects
    }

    private enum Step<Value: Sendable>: Sendable {
        case value(Value)
        case redirect(String)
    }

    /// Tries a host's addresses in turn, at most three, until one takes the connection.
    private func request<Value: Sendable>(
        _ url: URL, at candidates: [SocketAddress], _ origin: Origin, _ limit: Int,
        _ consume: @Sendable (any AsyncSequence<ByteBuffer, any Error> & Sendable) async throws -> Value
    ) async throws -> Step<Value> {
        var failure: any Error = FetchError.unresolved(host: origin.host)
        for candidate in candidates.prefix(3) {
            guard let connection = PinnedClient(url, to: candidate, limits, group) else { continue }
            do {
                let step = try await read(try await connection.get(url, limit: limit), consume)
                await connection.close()
                return step
            } catch let error as PinnedClient.NoResponse {
                await connection.close()
                failure = error.cause
            } catch {
                await connection.close()
                throw error
            }
        }
        throw failure
    }

    private func read<Value: Sendable>(
        _ response: HTTPCall.Stream,
        _ consume: @Sendable (any AsyncSequence<ByteBuffer, any Error> & Sendable) async throws -> Value
    ) async throws -> Step<Value> {
        let (status, headers) = (response.status, response.headers)
        if [301, 302, 303, 307, 308].contains(status), let location = headers.first(name: "Location") {
            return .redirect(location)
        }
        guard status == 200 else { throw FetchError.status(status, retryAfter: headers.retryAfter) }
        return .value(try await consume(FetchedBody(response.body)))
    }
}
