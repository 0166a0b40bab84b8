import AsyncHTTPClient
@testable import Core
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// What each error of the client means: whether the other side may have received the request depends on it.
struct HTTPFailureTests {
    @Test(arguments: [
        (HTTPClientError.connectTimeout, HTTPCall.Failure.connectTimedOut), (.readTimeout, .timedOut),
        (.writeTimeout, .timedOut), (.tlsHandshakeTimeout, .timedOut), (.deadlineExceeded, .timedOut),
    ])
    func `a time-out says of what it was`(error: HTTPClientError, failure: HTTPCall.Failure) {
        #expect(HTTPCall.Failure(error) == failure)
    }

    @Test(arguments: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL])
    func `without a connection nothing was received`(code: CInt) {
        let failure = HTTPCall.Failure(IOError(errnoCode: code, reason: "connect"))

        #expect(!failure.mayHaveBeenReceived, "\(failure)")
    }

    @Test(arguments: [ECONNRESET, EPIPE, ETIMEDOUT, ENOTCONN])
    func `a connection that broke may have brought the request there`(code: CInt) {
        let failure = HTTPCall.Failure(IOError(errnoCode: code, reason: "read"))

        #expect(failure.mayHaveBeenReceived, "\(failure)")
        #expect(failure == .brokenOff("\(failure)"))
    }

    @Test func `an address that is none was sent nowhere, and what is unknown may have arrived`() {
        #expect(!HTTPCall.Failure(HTTPClientError.invalidURL).mayHaveBeenReceived)
        for error in [HTTPClientError.remoteConnectionClosed, .bodyLengthMismatch, .uncleanShutdown] {
            #expect(HTTPCall.Failure(error).mayHaveBeenReceived, "\(error)")
        }
    }

    @Test func `a task that was cancelled says so, whatever the client says`() async {
        let failure = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return HTTPCall.Failure(HTTPClientError.readTimeout)
        }.value

        #expect(failure == .cancelled && HTTPCall.Failure(CancellationError()) == .cancelled)
    }

    @Test func `a reason is not longer than a line of a log`() {
        struct Long: Error, CustomStringConvertible { let description = String(repeating: "x", count: 10_000) }

        #expect(HTTPCall.Failure(Long()) == .brokenOff(String(repeating: "x", count: 200)))
    }

    @Test(arguments: [
        ("3600", Duration.seconds(3600)), ("3601", .seconds(3600)), ("9223372036854775807", .seconds(3600)),
        ("-9223372036854775808", .zero), ("9223372036854775808", nil), ("7.5", nil), (" 7", nil), ("7 ", nil),
        ("0x7", nil),
        ("٧", nil),
    ])
    func `a wait beyond all numbers is none`(text: String, wait: Duration?) {
        #expect(HTTPHeaders([("retry-after", text)]).retryAfter == wait)
    }

    @Test func `of several waits the first counts, and without one there is none`() {
        #expect(HTTPHeaders([("Retry-After", "5"), ("Retry-After", "9")]).retryAfter == .seconds(5))
        #expect(HTTPHeaders([("Retry", "5")]).retryAfter == nil)
    }
}
