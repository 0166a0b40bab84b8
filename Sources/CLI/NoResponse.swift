import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// Why a request got no response, as text for people.
struct NoResponse: Sendable {
    let reason: String
    /// It surely did not reach the other side.
    let isUnsent: Bool

    init(_ error: any Error) {
        // Where the host is a number, the system's own error comes through.
        let isRefused = (error as? IOError).map { [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH].contains($0.errnoCode) }
        isUnsent = error is NIOConnectionError || (error as? HTTPClientError) == .connectTimeout || isRefused == true
        reason = Self.reason(error)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            guard let first = error.connectionErrors.first else { return "the host was not found" }
            return reason(first.error)
        case let error as IOError: return String(cString: strerror(error.errnoCode)).lowercased()
        case let error as HTTPClientError where error == .connectTimeout: return "the connection timed out"
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded:
            return "the response timed out"
        default: return String("\(error)".prefix(200))
        }
    }
}
