import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

extension HTTPCall {
    /// Why there is no whole response.
    enum Failure: Error, Sendable, Hashable {
        /// No connection came about, or the address is none.
        case unreachable(String)
        /// No connection came about within the client's time for it.
        case connectTimedOut
        /// The response, or the next part of it, did not arrive in time.
        case timedOut
        case tooLarge(limit: Int)
        /// The connection ended before the response was whole, or what came was no HTTP.
        case brokenOff(String)
        /// The task that sent the request was cancelled.
        case cancelled

        /// Whether the server may have received the request, and acted on it. It surely has not if no connection came
        /// about.
        var mayHaveBeenReceived: Bool {
            switch self {
            case .unreachable, .connectTimedOut: false
            case .timedOut, .tooLarge, .brokenOff, .cancelled: true
            }
        }
    }
}

extension HTTPCall.Failure {
    /// From what the client throws. A pool of connections may report that none came about as it would a broken one.
    init(_ error: any Error) {
        let timeouts: [HTTPClientError] = [.readTimeout, .writeTimeout, .tlsHandshakeTimeout, .deadlineExceeded]
        let reason = String(describing: error).beginning(bytes: 200)
        switch error {
        case _ where Task.isCancelled || error is CancellationError: self = .cancelled
        case let error as HTTPClientError where error == .connectTimeout: self = .connectTimedOut
        case let error as HTTPClientError where error == .invalidURL: self = .unreachable(reason)
        case let error as HTTPClientError where timeouts.contains(error): self = .timedOut
        case let error as IOError where Self.unreachable.contains(error.errnoCode): self = .unreachable(reason)
        case is NIOConnectionError: self = .unreachable(reason)
        default: self = .brokenOff(reason)
        }
    }

    private static let unreachable = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL]
}

extension HTTPCall.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .unreachable(let reason), .brokenOff(let reason): reason
        case .connectTimedOut: "connection timed out"
        case .timedOut: "no complete response in time"
        case .tooLarge(let limit): "the response is larger than \(limit) bytes"
        case .cancelled: "cancelled"
        }
    }
}
