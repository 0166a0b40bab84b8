import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A client for one request to one origin at one address. TLS and the Host header go by the name, the connection by the
/// address: a second look-up, to which a stranger's name server could give another result, never happens.
struct PinnedClient {
    private let client: HTTPClient
    private let timeout: Duration

    /// The other side was not reached, or ended the connection without a response; another address may do better.
    struct NoResponse: Error {
        let cause: any Error
    }

    /// Returns nil unless `address` is an internet address.
    init?(_ url: URL, to address: SocketAddress, _ limits: Fetcher.Limits, _ group: any EventLoopGroup) {
        guard let host = url.host(), let literal = address.ipAddress else { return nil }
        var configuration = HTTPClient.Configuration()
        // The client looks a host up as it stands in the address, and a v6 address under its brackets.
        configuration.dnsOverride = [host: literal, "[\(host)]": literal]
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(
            connect: .milliseconds(limits.connect.milliseconds), read: .milliseconds(limits.idle.milliseconds))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        timeout = limits.total
    }

    /// - Parameter limit: The most bytes that the body may have.
    func get(_ url: URL, limit: Int) async throws -> HTTPCall.Stream {
        var call = HTTPCall(.GET, url.absoluteString, timeout: timeout, limit: limit)
        call.headers = ["User-Agent": "Darkroom", "Accept": "*/*", "Accept-Encoding": "identity"]
        do throws(HTTPCall.Failure) {
            return try await call.open(by: client)
        } catch .cancelled {
            // A caller that was cancelled did not ask for another try.
            throw CancellationError()
        } catch {
            throw NoResponse(cause: error.whileFetching(isReading: false))
        }
    }

    func close() async {
        // Only fails when it is closed already, and then there is nothing to do.
        try? await client.shutdown()
    }
}
