import Core
import HTTPTypes
import HummingbirdTesting
import SQL
import Testing
import TestSupport

/// `POST /api/assets/{id}/revoke-links`, and what becomes of the links.
struct RevokeLinksTests {
    let app: FilesApp
    let asset: Asset
    private let bytes = Sample.png(padding: 300)

    init() async throws {
        app = try await FilesApp()
        asset = try await app.fixture.upload(bytes, name: "a.png", for: app.mine)
    }

    @Test func `a revoked link opens nothing, not even for who has a copy, and the new one does`() async throws {
        let old = app.path(app.fixture.links.link(to: asset))
        let download = app.path(app.fixture.links.link(to: asset, download: "b.png"))
        try await app.test { client async throws in
            #expect(try await client.send(.get, old, as: nil).status == .ok)

            let revoked = try await client.send(.post, "/api/assets/\(asset.id)/revoke-links")
            let new = String(try #require(try revoked.json["url"]?.string).dropFirst("https://example.com".count))

            #expect(revoked.status == .ok)
            #expect(try revoked.json["id"] == .string(asset.id.rawValue))
            for path in [old, download] {
                for headers: HTTPFields in [[:], [.ifNoneMatch: "*"], [.range: "bytes=0-1"]] {
                    let response = try await client.send(.get, path, as: nil, headers: headers)
                    #expect(response.status == .forbidden)
                    #expect(try response.errorCode == "link_revoked")
                }
                #expect(try await client.send(.head, path, as: nil).status == .forbidden)
            }
            #expect(new != old)
            #expect(try await client.send(.get, new, as: nil).bytes == bytes)
            #expect(try await client.send(.get, "/api/assets/\(asset.id)").json["url"] == revoked.json["url"])
        }
    }

    @Test func `who cannot sign learns of a revoked link no more than of any other`() async throws {
        let old = app.path(app.fixture.links.link(to: asset))
        try await app.test { client async throws in
            _ = try await client.send(.post, "/api/assets/\(asset.id)/revoke-links")
            let longer = old.replacing("expires=1", with: "expires=2")
            for changed in [old + "A", old + "&scope=1", "/files/\(asset.key)", longer] {
                let response = try await client.send(.get, changed, as: nil)
                #expect(try response.status == .forbidden && response.errorCode == "link_invalid", "\(changed)")
            }
        }
    }

    @Test func `each time ends the links before it, and another account's is not found`() async throws {
        let path = "/api/assets/\(asset.id)/revoke-links"
        try await app.test { client async throws in
            var links: [String] = []
            for _ in 0..<3 {
                let response = try await client.send(.post, path, body: Array("{}".utf8))
                let url = try #require(try response.json["url"]?.string)
                links.append(String(url.dropFirst("https://example.com".count)))
            }
            #expect(Set(links).count == 3)
            #expect(try await client.send(.get, links[2], as: nil).status == .ok)
            for link in links.dropLast() { #expect(try await client.send(.get, link, as: nil).status == .forbidden) }

            #expect(try await client.send(.post, path, as: "other").status == .notFound)
            #expect(try await client.send(.post, path, as: nil).status == .unauthorized)
            #expect(try await client.send(.post, "/api/assets/x/revoke-links").status == .notFound)
            #expect(try await client.send(.get, links[2], as: nil).status == .ok)
        }
    }

    @Test func `a thumbnail's links are revoked with those of its file`() async throws {
        let small = Sample.webp("VP8X", 320, 240)
        let key = StorageKey.thumbnail(320, of: asset.id, asset.account)
        let path = app.path(app.fixture.links.link(toThumbnail: 320, of: asset))
        let file = try await app.fixture.store.receive(Parts(small), limit: Bucket.thumbnails.sizeLimit)
        try await app.fixture.store.publish(file, as: key)
        try await app.test { client async throws in
            let response = try await client.send(.get, path, as: nil)
            #expect(response.status == .ok && response.bytes == small)

            _ = try await client.send(.post, "/api/assets/\(asset.id)/revoke-links")
            #expect(try await client.send(.get, path, as: nil).errorCode == "link_revoked")
        }
    }

    @Test func `a film says how long it is`() async throws {
        let now = app.fixture.clock.now
        let film = Asset(
            id: .make(at: now), account: app.mine.account, createdBy: nil,
            key: .upload(.random(), of: app.mine.account, .mp4), name: "a.mp4", type: .mp4, size: 9, sha256: "",
            dimensions: nil, createdAt: now, expiresAt: nil)
        try await app.fixture.database.write(order: .alone) {
            try $0.files.insertAsset(film)
            try $0.execute("UPDATE assets SET duration = 5040 WHERE id = $1", film.id)
        }
        try await app.test { client async throws in
            let shown = try await client.send(.get, "/api/assets/\(film.id)")
            #expect(String(decoding: shown.bytes, as: UTF8.self).contains("\"duration\":5.04"))
            let picture = try await client.send(.get, "/api/assets/\(asset.id)").json
            #expect(picture["duration"] == nil || picture["duration"] == .null)
        }
    }
}
