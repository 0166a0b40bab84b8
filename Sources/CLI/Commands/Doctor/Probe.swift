import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1

/// One GET request with a time-out.
struct Probe: Sendable {
    struct Response: Sendable {
        let status: Int
        let text: String
        /// The other side's clock, in whole seconds.
        let date: Instant?
    }

    enum Outcome: Sendable {
        case response(Response)
        case none(String)
    }

    let client: HTTPClient

    func get(_ url: String, headers: [String: String] = [:]) async -> Outcome {
        var request = HTTPClientRequest(url: url)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        do {
            let response = try await client.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 1 << 20)
            return .response(Response(
                status: Int(response.status.code), text: String(buffer: body),
                date: response.headers.first(name: "Date").flatMap(Self.instant)))
        } catch {
            return .none(NoResponse(error).reason)
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func instant(_ text: String) -> Instant? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text).map { Instant(seconds: Int64($0.timeIntervalSince1970)) }
    }
}
