import Core
import HTTPTypes
import HummingbirdTesting
import Testing
import TestSupport
@testable import Web

struct ThumbnailTests {
    let app: FilesApp
    let asset: Asset

    init() async throws {
        app = try await FilesApp()
        asset = try await app.fixture.upload(FilesFixture.picture(900, 600), name: "photo.png", for: app.mine)
    }

    private func path(_ asset: Asset, _ side: Int) throws -> String {
        app.path(try #require(app.fixture.links.thumbnails(of: asset)?[side]))
    }

    @Test func `a thumbnail is made when it is asked for, and its headers keep caches right`() async throws {
        let link = try #require(app.fixture.links.thumbnails(of: asset)?[640])
        try await app.test { client async throws in
            let response = try await client.send(.get, app.path(link), as: nil)
            let info = try PictureInfo(inspecting: response.bytes)
            let lifetime = (link.expiresAt - app.fixture.clock.now).components.seconds

            #expect(response.status == .ok && info.format == .webp && info.width == 640)
            #expect(response.headers[.contentType] == "image/webp")
            #expect(response.headers[.contentLength] == String(response.bytes.count))
            #expect(response.headers[.eTag] == "\"\(asset.sha256.prefix(32))-640-2\"")
            #expect(response.headers[.cacheControl] == "private, max-age=\(lifetime), immutable")
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
            #expect(response.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
            #expect(HTTPField.Name("Cross-Origin-Resource-Policy").flatMap { response.headers[$0] } == "cross-origin")
        }
        #expect(try app.fixture.storedPaths() == app.fixture.paths(of: asset, withThumbnails: true))
    }

    @Test func `HEAD has the same response without the bytes, also if the thumbnail was not there`() async throws {
        try await app.test { client async throws in
            let head = try await client.send(.head, path(asset, 320), as: nil)
            let got = try await client.send(.get, path(asset, 320), as: nil)

            #expect(head.status == .ok && head.bytes.isEmpty && !got.bytes.isEmpty)
            #expect(head.headers == got.headers)
        }
    }

    @Test func `a copy that is the thumbnail is not sent again, and one of another side is`() async throws {
        try await app.test { client async throws in
            let tag = try #require(try await client.send(.get, path(asset, 320), as: nil).headers[.eTag])
            let same = try await client.send(.get, path(asset, 320), as: nil, headers: [.ifNoneMatch: tag])
            let other = try await client.send(.get, path(asset, 640), as: nil, headers: [.ifNoneMatch: tag])

            #expect(same.status == .notModified && same.bytes.isEmpty && same.headers[.eTag] == tag)
            #expect(other.status == .ok && other.headers[.eTag] != tag)
        }
    }

    @Test func `a link opens its one thumbnail and nothing else, and expires`() async throws {
        let path = try path(asset, 320)
        let other = try await app.fixture.upload(FilesFixture.picture(), for: app.other)
        let clock = app.fixture.clock
        try await app.test { client async throws in
            for changed in [
                path.replacing("/320.webp", with: "/640.webp"), path.replacing("/320.webp", with: "/321.webp"),
                path.replacing(asset.id.rawValue, with: other.id.rawValue), path + "A",
                String(path.prefix { $0 != "?" }), "/files/thumbnails/a/b/320.webp",
            ] {
                #expect(try await client.send(.get, changed, as: nil).errorCode == "link_invalid", "\(changed)")
            }
            clock.advance(by: .seconds(2 * 3600))
            #expect(try await client.send(.get, path, as: nil).errorCode == "link_expired")
        }
        #expect(try app.fixture.storedPaths().count == 2, "nothing was made for them")
    }

    @Test func `what is deleted, and what nothing can be made of, is not found`() async throws {
        let film = try await app.fixture.film(of: app.mine)
        let key = StorageKey.thumbnail(320, of: film.id, film.account)
        try await app.test { client async throws in
            let path = try path(asset, 320)
            #expect(try await client.send(.get, path, as: nil).status == .ok)
            #expect(try await client.send(.delete, "/api/assets/\(asset.id)").status == .noContent)
            let gone = try await client.send(.get, path, as: nil)
            #expect(try gone.status == .notFound && gone.errorCode == "not_found")

            let without = try await client.send(.get, app.path(app.fixture.links.link(to: key, .epoch(0))), as: nil)
            #expect(try without.status == .notFound && without.errorCode == "thumbnail_unavailable")
        }
        #expect(try app.fixture.storedPaths() == [])
    }

    @Test func `a picture that cannot be decoded now has its thumbnail later, perhaps`() async throws {
        let damaged = try await app.fixture.upload(Sample.jpeg(), for: app.mine)
        try await app.test { client async throws in
            let response = try await client.send(.get, path(damaged, 320), as: nil)
            #expect(try response.status == .serviceUnavailable && response.errorCode == "thumbnail_pending")
            #expect(response.headers[.retryAfter] == "30")
        }
    }

    @Test func `an asset shows its thumbnails at once, and its look when it is known`() async throws {
        let film = try await app.fixture.film(of: app.mine)
        try await app.test { client async throws in
            let before = try await client.send(.get, "/api/assets/\(asset.id)").json
            let url = try #require(before["thumbnails"]?["320"]?.string)
            #expect(url == app.fixture.links.link(toThumbnail: 320, of: asset).url)
            #expect(before["thumbnails"]?.object?.count == 3)
            #expect(before["thumbHash"]?.string == nil && before["color"]?.string == nil)

            try await app.fixture.previews().service.runOnce()
            let after = try await client.send(.get, "/api/assets/\(asset.id)").json
            let preview = try #require(try await app.fixture.assets.find(asset.id, of: asset.account).preview)
            #expect(after["thumbHash"]?.string == preview.thumbHash && after["color"]?.string == preview.color.css)
            #expect(after["thumbnails"] == before["thumbnails"] && after["width"] == 900)

            let other = try await client.send(.get, "/api/assets/\(film.id)").json
            #expect(other["thumbnails"]?.object == nil)
        }
    }
}
