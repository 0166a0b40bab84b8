import Core
import HTTPTypes
import NIOCore
import Synchronization
import TestSupport
import Testing

/// Where an input picture may not be fetched from: a client must not make the server read what only the server reaches.
struct InputAddressTests {
    /// What a name may resolve to.
    private static let inside = [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "169.254.169.254",
        "169.254.1.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
        "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1",
    ]

    private func refusal(
        _ address: String, resolving: @escaping @Sendable (String) throws -> [String]
    ) async throws -> (response: JSONResponse, files: Int) {
        let result = Mutex<(JSONResponse, Int)?>(nil)
        try await AccountWorld.run(files: { files in
            files.resolver = HostResolver { host, port in
                try resolving(host).map { try SocketAddress(ipAddress: $0, port: port) }
            }
        }) { app in
            let response = try await app.send(
                .post, "/generate", ["kind": "background_removal", "inputAssetId": .string(address)])
            let count = try await app.world.app.files.assets.list(of: app.ada.account, limit: 5).assets.count
            result.withLock { $0 = (response, count) }
        }
        let made = try #require(result.withLock { $0 })
        return (made.0, made.1)
    }

    private func expectRefused(_ found: (response: JSONResponse, files: Int), _ what: String) {
        let response = found.response
        #expect(response.status == 422 && response.code == "address_refused", "\(what): \(response.text)")
        #expect(response["error"]?["field"] == "inputAssetId", "\(what)")
        #expect(found.files == 0, "\(what)")
    }

    @Test(arguments: inside)
    func `a name that leads inside is refused, whatever else it leads to`(inner: String) async throws {
        expectRefused(try await refusal("https://pictures.example/a.png") { _ in [inner] }, inner)
        expectRefused(try await refusal("https://pictures.example/a.png") { _ in ["93.184.215.14", inner] }, inner)
    }

    /// By the machine's own resolver, which reads all of these.
    @Test(arguments: [
        "127.0.0.1", "127.1", "0177.0.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0", "[::1]", "[::]",
        "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "[fe80::1]", "[64:ff9b::7f00:1]", "localhost",
        "LOCALHOST", "１２７.0.0.1", "10.0.0.1", "169.254.169.254", "3232235521",
    ])
    func `a host that is an address inside is refused in whatever way it is written`(host: String) async throws {
        let result = Mutex<JSONResponse?>(nil)
        try await AccountWorld.run { app in
            let response = try await app.send(
                .post, "/generate", ["kind": "background_removal", "inputAssetId": .string("https://\(host):9/a.png")])
            result.withLock { $0 = response }
        }
        let response = try #require(result.withLock { $0 })
        #expect(response.status == 422 && response.code == "address_refused", "\(response.text)")
        #expect(response["error"]?["field"] == "inputAssetId")
    }

    @Test func `a name that leads nowhere is refused`() async throws {
        expectRefused(
            try await refusal("https://pictures.example/a.png") { throw FetchError.unresolved(host: $0) }, "nowhere")
        expectRefused(try await refusal("https://pictures.example/a.png") { _ in [] }, "no address")
    }

    @Test func `an address that is not encrypted is refused before its name is looked up`() async throws {
        let lookUps = Mutex(0)
        let found = try await refusal("http://pictures.example/a.png") { _ in
            lookUps.withLock { $0 += 1 }
            return ["93.184.215.14"]
        }
        expectRefused(found, "http")
        #expect(found.response["error"]?["message"]?.string?.contains("https") == true)
        #expect(lookUps.withLock { $0 } == 0)
    }
}
