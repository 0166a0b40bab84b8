import Core
import HTTPTypes
import HummingbirdTesting
import Testing
import TestSupport

struct FilesTests {
    let app: FilesApp
    let asset: Asset
    let path: String
    private let bytes = Sample.png(padding: 300_000)

    init() async throws {
        app = try await FilesApp()
        asset = try await app.fixture.upload(bytes, name: "naïve.png", for: app.mine)
        path = app.path(app.fixture.links.link(to: asset))
    }

    @Test func `a link responds with the bytes and with headers that keep caches and browsers right`() async throws {
        let link = app.fixture.links.link(to: asset)
        try await app.test { client async throws in
            let response = try await client.send(.get, path, as: nil)
            let lifetime = (link.expiresAt - app.fixture.clock.now).components.seconds

            #expect(response.status == .ok && response.bytes == bytes)
            #expect(response.headers[.contentType] == "image/png")
            #expect(response.headers[.contentLength] == String(bytes.count))
            #expect(response.headers[.eTag] == "\"\(asset.sha256)\"")
            #expect(response.headers[.lastModified]?.hasSuffix(" GMT") == true)
            #expect(response.headers[.acceptRanges] == "bytes")
            #expect(response.headers[.cacheControl] == "private, max-age=\(lifetime), immutable")
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
            #expect(response.headers[.contentSecurityPolicy] == """
                default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox
                """)
            #expect(HTTPField.Name("Referrer-Policy").flatMap { response.headers[$0] } == "no-referrer")
            let disposition = "inline; filename=\"na_ve.png\"; filename*=UTF-8''na%C3%AFve.png"
            #expect(response.headers[.contentDisposition] == disposition)
            #expect(HTTPField.Name("Cross-Origin-Resource-Policy").flatMap { response.headers[$0] } == "cross-origin")
        }
    }

    @Test func `HEAD has the same response without the bytes`() async throws {
        try await app.test { client async throws in
            let got = try await client.send(.get, path, as: nil)
            let head = try await client.send(.head, path, as: nil)

            #expect(head.status == .ok && head.bytes.isEmpty)
            #expect(head.headers == got.headers)
        }
    }

    @Test func `a part is sent as a part`() async throws {
        try await app.test { client async throws in
            let part = try await client.send(.get, path, as: nil, headers: [.range: "bytes=131000-132000"])
            #expect(part.status == .partialContent)
            #expect(part.bytes == Array(bytes[131_000...132_000]))
            #expect(part.headers[.contentRange] == "bytes 131000-132000/\(bytes.count)")
            #expect(part.headers[.contentLength] == "1001")

            let last = try await client.send(.get, path, as: nil, headers: [.range: "bytes=-5"])
            #expect(last.bytes == bytes.suffix(5))

            let beyond = try await client.send(.get, path, as: nil, headers: [.range: "bytes=\(bytes.count)-"])
            #expect(beyond.status == .rangeNotSatisfiable && beyond.bytes.isEmpty)
            #expect(beyond.headers[.contentRange] == "bytes */\(bytes.count)")
        }
    }

    @Test func `a copy that is the file is not sent again`() async throws {
        try await app.test { client async throws in
            let tag = try #require(try await client.send(.head, path, as: nil).headers[.eTag])
            let date = try #require(try await client.send(.head, path, as: nil).headers[.lastModified])
            for headers: HTTPFields in [
                [.ifNoneMatch: tag], [.ifNoneMatch: "\"x\", W/\(tag)"], [.ifNoneMatch: "*"], [.ifModifiedSince: date],
            ] {
                let response = try await client.send(.get, path, as: nil, headers: headers)
                #expect(response.status == .notModified && response.bytes.isEmpty)
                #expect(response.headers[.eTag] == tag)
            }
            for headers: HTTPFields in [
                [.ifNoneMatch: "\"x\""], [.ifNoneMatch: "\"x\"", .ifModifiedSince: date],
                [.ifModifiedSince: "Thu, 01 Jan 1970 00:00:00 GMT"],
            ] {
                #expect(try await client.send(.get, path, as: nil, headers: headers).status == .ok)
            }
        }
    }

    @Test func `a part is added only to a copy of the same file`() async throws {
        try await app.test { client async throws in
            let tag = "\"\(asset.sha256)\""
            let same = try await client.send(.get, path, as: nil, headers: [.range: "bytes=5-", .ifRange: tag])
            let other = try await client.send(.get, path, as: nil, headers: [.range: "bytes=5-", .ifRange: "\"x\""])

            #expect(same.status == .partialContent)
            #expect(other.status == .ok && other.bytes == bytes)
        }
    }

    @Test func `a download has the name that was signed with it`() async throws {
        let download = app.path(app.fixture.links.link(to: asset, download: "Kleid & Hut.png"))
        try await app.test { client async throws in
            let response = try await client.send(.get, download, as: nil)
            let disposition = "attachment; filename=\"Kleid & Hut.png\"; filename*=UTF-8''Kleid%20&%20Hut.png"
            #expect(response.headers[.contentDisposition] == disposition)
            #expect(try await client.send(.get, path + "&download=evil.exe", as: nil).errorCode == "link_invalid")
        }
    }

    @Test func `a link that expired or was changed opens nothing`() async throws {
        let other = try await app.fixture.upload(for: app.other)
        let clock = app.fixture.clock
        try await app.test { client async throws in
            for changed in [
                path.replacing(asset.key.description, with: other.key.description), path + "A",
                path.replacing("expires=", with: "expires=1"), "/files/\(asset.key)",
                "/files/\(asset.key)?expires=4000000000&signature=x", "/files/", "/files/..%2f..%2fetc/passwd",
                "/files/uploads/../../darkroom.sqlite", "/files/incoming/x",
            ] {
                let response = try await client.send(.get, changed, as: "mine")
                #expect(response.status == .forbidden || response.status == .notFound, "\(changed)")
                #expect(response.bytes.count < 1000)
            }
            #expect(try await client.send(.get, path + "A", as: "mine").errorCode == "link_invalid")

            clock.now = clock.now + .seconds(2 * 3600)
            let expired = try await client.send(.get, path, as: "mine")
            #expect(expired.status == .forbidden)
            #expect(try expired.errorCode == "link_expired")
        }
    }

    @Test func `a row whose bytes are gone is not found`() async throws {
        try await app.fixture.store.delete(asset.key)
        try await app.test { client async throws in
            #expect(try await client.send(.get, path, as: nil).status == .notFound)
            #expect(try await client.send(.head, path, as: nil).status == .notFound)
        }
    }

    @Test func `over a socket files come whole and in parts, and an upload that is too long is refused`() async throws {
        let large = Sample.png(padding: 11 << 20)
        try await app.test(over: .live) { client async throws in
            let whole = try await client.send(.get, path, as: nil)
            #expect(whole.bytes == bytes && whole.headers[.contentLength] == String(bytes.count))
            #expect(whole.headers[.transferEncoding] == nil)
            let head = try await client.send(.head, path, as: nil)
            #expect(head.headers[.contentLength] == String(bytes.count))
            let part = try await client.send(.get, path, as: nil, headers: [.range: "bytes=-1000"])
            #expect(part.bytes == bytes.suffix(1000))
            let sent = try await client.send(.post, "/api/assets", body: bytes)
            #expect(sent.status == .created)
            let refused = try await client.send(.post, "/api/assets", body: large)
            #expect(refused.status == .contentTooLarge)
        }
        #expect(try app.fixture.storedPaths().count == 2)
    }
}
