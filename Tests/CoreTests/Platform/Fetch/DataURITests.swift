@testable import Core
import Foundation
import TestSupport
import Testing

struct DataURITests {
    private func bytes(_ address: String, limit: Int = 1000) throws -> [UInt8] {
        Array(try DataURI(address, limit: limit).bytes)
    }

    @Test(arguments: [
        ("data:,", ""), ("data:,a%20b", "a b"), ("data:text/plain,a,b", "a,b"), ("data:;base64,", ""),
        ("data:;base64,YQ==", "a"), ("DATA:image/png;BASE64,YWI=", "ab"),
        ("data:text/plain;charset=utf-8;base64,w6k=", "é"),
        ("data:,%C3%A9", "é"), ("data:,+", "+"), ("data:;base64,YWJj", "abc"),
    ])
    func `a file is read out of its own address`(address: String, text: String) throws {
        #expect(DataURI.matches(address))
        #expect(try bytes(address) == Array(text.utf8))
    }

    @Test(arguments: [
        "data:", "data:text/plain", "data:;base64", "data:;base64,Y", "data:;base64,YQ=", "data:;base64,YQ==YQ==",
        "data:;base64,Y Q==", "data:;base64,YQ--", "data:;base64,é", "data:,%", "data:,%4", "data:,%zz", "data:,%ff",
    ])
    func `what cannot be decoded is no address`(address: String) {
        #expect(throws: FetchError.invalidAddress) { try bytes(address) }
    }

    @Test func `any bytes come back, up to the limit and not one more`() throws {
        var chance = Seeded(21)
        for size in [1, 2, 3, 4, 5, 63, 64, 65, 299] {
            let file = (0..<size).map { _ in UInt8(chance.number(0...255)) }
            let address = "data:application/octet-stream;base64," + Data(file).base64EncodedString()

            #expect(try bytes(address, limit: size) == file)
            #expect(throws: FetchError.tooLarge(limit: size - 1)) { try bytes(address, limit: size - 1) }
        }
    }

    @Test func `too much is refused before it is decoded, however it is written`() {
        let long = String(repeating: "A", count: 10_000)

        #expect(throws: FetchError.tooLarge(limit: 100)) { try bytes("data:;base64,!\(long)", limit: 100) }
        #expect(throws: FetchError.tooLarge(limit: 100)) { try bytes("data:,%\(long)", limit: 100) }
        #expect(throws: FetchError.tooLarge(limit: 5)) { try bytes("data:,abcdef", limit: 5) }
        #expect(throws: FetchError.tooLarge(limit: 0)) { try bytes("data:,a", limit: 0) }
    }

    @Test(arguments: ["", "data", "dat:,", "http://a.example/data:,a", " data:,a", "ｄata:,a"])
    func `another scheme is none of this kind`(address: String) {
        #expect(!DataURI.matches(address))
    }
}

struct FetchErrorTests {
    @Test(arguments: [
        (FetchError.invalidAddress, false), (.privateAddress(host: "h"), false), (.tooManyRedirects, false),
        (.tooLarge(limit: 1), false), (.unresolved(host: "h"), true), (.truncated, true), (.timedOut, true),
        (.unreachable("x"), true),
    ])
    func `what the address itself causes stays, and what the network causes may pass`(error: FetchError, passes: Bool) {
        #expect(error.isTransient == passes)
    }

    @Test func `of the statuses only those of a busy or broken server may pass`() {
        for status in 100..<600 {
            let isTransient = FetchError.status(status, retryAfter: nil).isTransient
            #expect(isTransient == ([408, 425, 429].contains(status) || status >= 500), "\(status)")
        }
    }

    @Test(arguments: [
        (HTTPCall.Failure.timedOut, FetchError.timedOut, FetchError.timedOut),
        (.connectTimedOut, .timedOut, .timedOut), (.tooLarge(limit: 7), .tooLarge(limit: 7), .tooLarge(limit: 7)),
        (.unreachable("x"), .unreachable("x"), .truncated), (.brokenOff("x"), .unreachable("x"), .truncated),
    ])
    func `a connection that breaks while a file is read has truncated it`(
        failure: HTTPCall.Failure, before: FetchError, reading: FetchError
    ) {
        #expect(failure.whileFetching(isReading: false) as? FetchError == before)
        #expect(failure.whileFetching(isReading: true) as? FetchError == reading)
    }

    @Test func `a fetch that was cancelled is nobody's failure`() {
        #expect(HTTPCall.Failure.cancelled.whileFetching(isReading: false) is CancellationError)
        #expect(HTTPCall.Failure.cancelled.whileFetching(isReading: true) is CancellationError)
    }

    /// What is written on the job must not hold an address, which may hold a secret.
    @Test func `a reason names a host at most`() {
        for error in [
            FetchError.invalidAddress, .privateAddress(host: "h.example"), .unresolved(host: "h.example"), .timedOut,
            .tooManyRedirects, .status(404, retryAfter: .seconds(1)), .tooLarge(limit: 1), .truncated,
            .unreachable("GET http://h.example/secret"),
        ] {
            #expect(!error.reason.contains("secret") && !error.reason.isEmpty)
        }
    }
}
