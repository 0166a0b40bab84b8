import Core
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SQL
import Testing
import TestSupport

struct DownloadAssetsTests {
    let app: FilesApp

    init() async throws { app = try await FilesApp() }

    @Test func `the selected files come as one ZIP with a name`() async throws {
        let bytes = [UInt8](repeating: 7, count: 1000)
        let asset = try await app.fixture.stored(bytes, name: "dress.png", for: app.mine)
        _ = try await app.fixture.stored(bytes, name: "other.png", for: app.mine)
        try await app.test { client async throws in
            let zip = try await client.send(
                .post, "/api/assets/zip", body: Array(#"{"only": ["\#(asset.id)"]}"#.utf8))

            #expect(zip.status == .ok && zip.headers[.contentType] == "application/zip")
            let day = app.fixture.clock.now.text.prefix(10)
            #expect(zip.headers[.contentDisposition] == "attachment; filename=\"darkroom-\(day).zip\"")
            #expect(zip.headers[.cacheControl] == "no-store")
            #expect(zip.bytes.starts(with: [0x50, 0x4B, 3, 4]))
            #expect(Array(zip.bytes.dropFirst(30).prefix(9)) == Array("dress.png".utf8))
            #expect(zip.bytes.suffix(22).starts(with: [0x50, 0x4B, 5, 6]) && zip.bytes.suffix(12).first == 1)
            #expect(zip.bytes.dropFirst(30 + 9 + 9).starts(with: bytes), "stored as it is")
        }
    }

    @Test func `nothing, too much and nonsense are refused before anything is sent`() async throws {
        _ = try await app.fixture.rows(1, for: app.mine)
        try await app.test { client async throws in
            func refused(_ text: String, as user: String? = "mine") async throws -> (Int, String?) {
                let response = try await client.send(.post, "/api/assets/zip", as: user, body: Array(text.utf8))
                return (response.status.code, try response.errorCode)
            }
            #expect(try await refused(#"{"query": {"tag": "red"}}"#) == (422, "zip_empty"))
            #expect(try await refused(#"{"query": {}}"#, as: "other") == (422, "zip_empty"))
            #expect(try await refused("{}") == (422, "missing_parameter"))
            #expect(try await refused(#"{"query": {}, "action": "trash"}"#) == (422, "unknown_parameter"))
            #expect(try await refused(#"{"query": {}}"#, as: nil).0 == 401)
            _ = try await app.fixture.database.write(order: .alone) {
                try $0.execute("UPDATE assets SET size = $1", ZipAssets.mostBytes + 1)
            }
            #expect(try await refused(#"{"query": {}}"#) == (422, "zip_too_large"))
        }
    }

    @Test func `an account receives one ZIP at a time, and another one afterwards`() async throws {
        for actor in [app.mine, app.other] { _ = try await app.fixture.stored([1, 2, 3], for: actor) }
        let gate = Gate()
        let store = WatchedStore(app.fixture.store) { if case .open = $0 { await gate.pass() } }
        let all = Array(#"{"query": {}}"#.utf8)
        try await app.test(store: store) { client async throws in
            try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                group.addTask { try await client.send(.post, "/api/assets/zip", body: all).status }
                await gate.arrivals()

                let second = try await client.send(.post, "/api/assets/zip", body: all)
                #expect(second.status == .tooManyRequests && second.headers[.retryAfter] != nil)

                gate.open()
                #expect(try await client.send(.post, "/api/assets/zip", as: "other", body: all).status == .ok)
                #expect(try await group.next() == .ok)
            }
            #expect(try await client.send(.post, "/api/assets/zip", body: all).status == .ok)
        }
    }

    @Test func `over a socket a store that fails ends the connection, so that no part is taken for the whole`()
        async throws
    {
        let bytes = [UInt8](repeating: 7, count: 200_000)
        let unreadable = try await app.fixture.stored(bytes, for: app.mine)
        for _ in 0..<3 { _ = try await app.fixture.stored(bytes, for: app.mine) }
        let store = WatchedStore(app.fixture.store) { call in
            if call == .open(unreadable.key) { throw FileStoreError.unavailable("the disk does not respond") }
        }
        let all = Array(#"{"query": {}}"#.utf8)
        try await app.test(store: store, over: .live) { client async throws in
            await #expect(throws: (any Error).self) { try await client.send(.post, "/api/assets/zip", body: all) }
        }
        try await app.test(over: .live) { client async throws in
            let zip = try await client.send(.post, "/api/assets/zip", body: all)
            #expect(zip.status == .ok && zip.headers[.contentLength] == nil && zip.bytes.count > 800_000)
        }
    }
}
