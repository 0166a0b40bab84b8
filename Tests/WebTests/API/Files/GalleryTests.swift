import Core
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import TestSupport

/// Lists, searches and the gallery over HTTP.
struct GalleryTests {
    let app: FilesApp

    init() async throws { app = try await FilesApp() }

    /// Three outputs, an hour apart over midnight of UTC, and an upload.
    private func fill() async throws -> [Asset] {
        app.fixture.clock.now = Instant(text: "2026-11-27T22:30:00Z") ?? app.fixture.clock.now
        var assets: [Asset] = []
        for (prompt, kind, size) in [
            ("a red dress", KindName.textToImage, ImageSize(width: 1024, height: 1024)),
            ("Red dunes at sunset", .textToImage, ImageSize(width: 1920, height: 1080)),
            ("ein blauer Hut", "upscale", ImageSize(width: 768, height: 1024)),
        ] as [(String, KindName, ImageSize)] {
            let asset = Asset.output(of: app.mine, at: app.fixture.clock.now, kind: kind, size: size)
            try await app.fixture.insert(asset, prompt: prompt)
            assets.append(asset)
            app.fixture.clock.advance(by: .seconds(3600))
        }
        try await app.fixture.insert(.upload(of: app.mine, at: app.fixture.clock.now))
        try await app.fixture.insert(.output(of: app.other, at: app.fixture.clock.now), prompt: "red")
        try await app.fixture.indexPrompts()
        return assets
    }

    private func ids(_ response: TestResponse, _ list: String) throws -> [String] {
        #expect(response.status == .ok)
        return try response.json[list]?.array?.compactMap { $0["id"]?.string } ?? []
    }

    @Test(arguments: [
        ("q=RED", [1, 0]), ("q=red%20sun", [1]), ("q=none", []), ("q=%22*%22", []), ("q=&kind=output", [2, 1, 0]),
        ("jobKind=upscale", [2]), ("model=fal-ai/flux/schnell&jobKind=text_to_image", [1, 0]), ("model=none", []),
        ("kind=output&from=2026-11-28", [2]), ("to=2026-11-27T23:00:00Z", [0]), ("q=red&trash=true", []),
        ("from=2026-11-27T23:00:00Z&to=2026-11-28T00:00:00Z", [1]), ("trash=true", []),
    ])
    func `assets are found by what made them, by words and by time`(query: String, numbers: [Int]) async throws {
        let assets = try await fill()

        try await app.test { client async throws in
            let found = try await client.send(.get, "/api/assets?\(query)")
            #expect(try ids(found, "assets") == numbers.map { assets[$0].id.rawValue })
        }
    }

    @Test(arguments: ["/api/assets", "/api/gallery", "/api/gallery/index"])
    func `what cannot be asked for is refused, with its name`(path: String) async throws {
        try await app.test { client async throws in
            for (query, field) in [
                ("q=\(String(repeating: "a", count: 201))", "q"), ("from=yesterday", "from"), ("to=x", "to"),
                ("q=\((0..<33).map(String.init).joined(separator: "+"))", "q"), ("tag=", "tag"), ("model=", "model"),
                ("jobKind=", "jobKind"), ("favorite=1", "favorite"),
            ] {
                let refused = try await client.send(.get, "\(path)?\(query)")
                #expect(refused.status == .unprocessableContent, "\(query)")
                #expect(try refused.json["error"]?["field"] == .string(field), "\(query)")
            }
        }
    }

    @Test func `the gallery shows outputs with what their jobs were, by pages and by places`() async throws {
        let assets = try await fill()
        let newestFirst = assets.reversed().map(\.id.rawValue)

        try await app.test { client async throws in
            let all = try await client.send(.get, "/api/gallery")
            #expect(try ids(all, "pictures") == newestFirst)
            let picture = try #require(try all.json["pictures"]?.array?.first)
            #expect(picture["prompt"] == "ein blauer Hut" && picture["jobKind"] == "upscale")
            #expect(picture["model"] == "fal-ai/flux/schnell" && picture["outputs"] == 2)
            #expect(picture["price"] == 6)
            #expect(picture["kind"] == "output" && picture["url"]?.string != nil && picture["jobId"]?.string != nil)

            let first = try await client.send(.get, "/api/gallery?limit=2")
            let cursor = try #require(try first.json["nextCursor"]?.string)
            let second = try await client.send(.get, "/api/gallery?limit=2&cursor=\(cursor)")
            #expect(try ids(first, "pictures") + ids(second, "pictures") == newestFirst)
            #expect(try second.json["nextCursor"] == nil)

            for (query, places) in [("at=1&n=1", [1]), ("at=1", [1, 2]), ("at=3", []), ("q=red&at=1&n=5", [2])] {
                let range = try await client.send(.get, "/api/gallery?\(query)")
                #expect(try ids(range, "pictures") == places.map { newestFirst[$0] }, "\(query)")
            }
            for query in ["at=1&cursor=\(cursor)", "n=5&limit=2", "at=-1", "n=201", "n=0"] {
                let refused = try await client.send(.get, "/api/gallery?\(query)")
                #expect(try refused.errorCode == "invalid_parameter", "\(query)")
            }
            #expect(try await client.send(.get, "/api/gallery", as: nil).status == .unauthorized)
        }
    }

    @Test func `the index has a line a day, and is not sent again while nothing changes`() async throws {
        let assets = try await fill()

        try await app.test { client async throws in
            let index = try await client.send(.get, "/api/gallery/index")
            #expect(index.status == .ok && String(buffer: index.body) == "2026-11-28 1 k\n2026-11-27 2 vn\n")
            #expect(index.headers[.contentType] == "text/plain; charset=utf-8")
            let tag = try #require(index.headers[.eTag])
            let same = try await client.send(.get, "/api/gallery/index", headers: [.ifNoneMatch: "W/\(tag)"])
            #expect(same.status == .notModified && same.body.readableBytes == 0 && same.headers[.eTag] == tag)

            let red = try await client.send(.get, "/api/gallery/index?q=red", headers: [.ifNoneMatch: tag])
            #expect(String(buffer: red.body) == "2026-11-27 2 vn\n")

            try await app.fixture.assets.delete(assets[1].id, of: app.mine.account)
            let changed = try await client.send(.get, "/api/gallery/index", headers: [.ifNoneMatch: tag])
            #expect(changed.status == .ok && String(buffer: changed.body) == "2026-11-28 1 k\n2026-11-27 1 n\n")
        }
    }
}
