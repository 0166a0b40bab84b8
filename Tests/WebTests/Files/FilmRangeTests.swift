import Core
import HTTPTypes
import HummingbirdTesting
import Testing
import TestSupport
@testable import Web

/// The requests with which players read films.
struct FilmRangeTests {
    let app: FilesApp
    let path: String
    private let bytes = Sample.png(padding: 5_000)
    private let tag: String
    private let date: String

    init() async throws {
        app = try await FilesApp()
        let asset = try await app.fixture.upload(bytes, for: app.mine)
        path = app.path(app.fixture.links.link(to: asset))
        tag = "\"\(asset.sha256)\""
        date = HTTPDate.text(asset.createdAt)
    }

    /// - Parameter part: Nil if the whole file is sent.
    private func expect(_ part: ClosedRange<Int>?, _ headers: HTTPFields) async throws {
        try await app.test { client async throws in
            let response = try await client.send(.get, path, as: nil, headers: headers)
            #expect(response.status == (part == nil ? .ok : .partialContent), "\(headers)")
            #expect(response.bytes == part.map { Array(bytes[$0]) } ?? bytes, "\(headers)")
            #expect(response.headers[.contentRange] == part.map {
                "bytes \($0.lowerBound)-\($0.upperBound)/\(bytes.count)"
            })
            #expect(response.headers[.contentLength] == "\(part?.count ?? bytes.count)")
            #expect(response.headers[.acceptRanges] == "bytes" && response.headers[.eTag] == tag)
        }
    }

    @Test func `one range is a part, by whatever ends it is said`() async throws {
        let end = bytes.count - 1
        try await expect(0...1, [.range: "bytes=0-1"])
        try await expect(0...0, [.range: "bytes=0-0"])
        try await expect(0...end, [.range: "bytes=0-"])
        try await expect(4_000...end, [.range: "bytes=4000-"])
        try await expect((end - 499)...end, [.range: "bytes=-500"])
        try await expect(end...end, [.range: "bytes=\(end)-999999999999999999999"])
        try await expect(0...end, [.range: "bytes=-9999999"])
    }

    @Test func `several ranges, other units and what is malformed mean the whole file`() async throws {
        for range in ["bytes=0-1,4-5", "bytes=0-0,-1", "items=0-1", "bytes=5-4", "bytes=x-", "bytes", "bytes=-"] {
            try await expect(nil, [.range: range])
        }
    }

    @Test func `a part is sent only of the very file that the player has`() async throws {
        for condition in [tag, date] { try await expect(0...1, [.range: "bytes=0-1", .ifRange: condition]) }
        for condition in ["W/\(tag)", "\"x\"", "x", "", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            try await expect(nil, [.range: "bytes=0-1", .ifRange: condition])
        }
        try await expect(nil, [.ifRange: tag])
    }

    @Test(arguments: ["bytes=100000-", "bytes=100000-200000", "bytes=-0", "bytes=99999999999999999999-"])
    func `a range behind the end is refused with the size, and the refusal is no file`(range: String) async throws {
        try await app.test { client async throws in
            let response = try await client.send(.get, path, as: nil, headers: [.range: range])
            #expect(response.status == .rangeNotSatisfiable && response.bytes.isEmpty)
            #expect(response.headers[.contentRange] == "bytes */\(bytes.count)")
            #expect(response.headers[.cacheControl] == "no-store" && response.headers[.eTag] == nil)
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
        }
    }

    @Test func `a copy that is the file counts more than the range that is asked`() async throws {
        try await app.test { client async throws in
            for headers: HTTPFields in [
                [.ifNoneMatch: tag, .range: "bytes=0-1"], [.ifNoneMatch: "*", .range: "bytes=100000-"],
                [.ifModifiedSince: date, .range: "bytes=0-1"],
                [.ifNoneMatch: tag, .ifModifiedSince: "Thu, 01 Jan 1970 00:00:00 GMT"],
            ] {
                let response = try await client.send(.get, path, as: nil, headers: headers)
                #expect(response.status == .notModified && response.bytes.isEmpty, "\(headers)")
                #expect(response.headers[.eTag] == tag && response.headers[.contentRange] == nil)
                #expect(response.headers[.cacheControl]?.hasPrefix("private, max-age=") == true)
            }
        }
        try await expect(0...1, [.ifNoneMatch: "\"x\"", .ifModifiedSince: date, .range: "bytes=0-1"])
    }

    @Test(arguments: [nil, "bytes=0-1", "bytes=100000-", "bytes=0-1,3-4"] as [String?])
    func `HEAD says what the whole file is, whatever range is asked`(range: String?) async throws {
        try await app.test { client async throws in
            var headers: HTTPFields = [:]
            headers[.range] = range
            let response = try await client.send(.head, path, as: nil, headers: headers)
            #expect(response.status == .ok && response.bytes.isEmpty)
            #expect(response.headers[.contentLength] == "\(bytes.count)" && response.headers[.contentRange] == nil)
            #expect(response.headers[.acceptRanges] == "bytes")
        }
    }
}
