import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A client for one request to one origin at one address. TLS and the Host header go by the name, the connection by the
/// address: a second look-up, which a stranger's name server could answer otherwise, never happens.
struct PinnedClient {
    private let client: HTTPClient

    struct Answer: Sendable {
        let status: Int
        /// Where a redirect leads.
        let location: String?
        let retryAfter: Duration?
        /// As announced.
        let length: Int?
        let body: HTTPClientResponse.Body
    }

    /// The other side was not reached, or went away without a word; another address may do better.
    struct NoAnswer: Error {
        let cause: FetchError
    }

    /// Nothing unless `address` is an internet address.
    init?(_ url: URL, to address: SocketAddress, _ limits: Fetcher.Limits, _ group: any EventLoopGroup) {
        guard let host = url.host(), let literal = address.ipAddress else { return nil }
        var configuration = HTTPClient.Configuration()
        // The client looks a host up as it stands in the address, and a v6 address under its brackets.
        configuration.dnsOverride = [host: literal, "[\(host)]": literal]
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .milliseconds(limits.connect.milliseconds), read: .milliseconds(limits.idle.milliseconds))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    func get(_ url: URL) async throws -> Answer {
        var request = HTTPClientRequest(url: url.absoluteString)
        request.headers = ["User-Agent": "Darkroom", "Accept": "*/*", "Accept-Encoding": "identity"]
        do {
            // The caller's own limit ends the task; this one only has to be longer.
            return Answer(try await client.execute(request, timeout: .hours(1)))
        } catch {
            // The client has words of its own for it; whoever cancelled did not ask for another try.
            try Task.checkCancellation()
            throw NoAnswer(cause: FetchError(error, whileReading: false))
        }
    }

    func close() async {
        // Only fails when it is closed already, and then there is nothing to do.
        try? await client.shutdown()
    }
}

extension PinnedClient.Answer {
    fileprivate init(_ response: HTTPClientResponse) {
        status = Int(response.status.code)
        location = [301, 302, 303, 307, 308].contains(status) ? response.headers.first(name: "Location") : nil
        retryAfter = response.headers.first(name: "Retry-After").flatMap(Int64.init).map { .seconds(min(max($0, 0), 3600)) }
        length = response.headers.first(name: "Content-Length").flatMap(Int.init)
        body = response.body
    }
}
