import Core
import Foundation
import HTTPTypes
import NIOCore
import SQL
import Synchronization
import TestSupport
import Testing

/// A job's input picture, given by its address.
struct InputByURLTests {
    private let picture: [UInt8]

    init() throws {
        picture = try Picture(pixels: Array(repeating: 180, count: 96 * 64 * 3), width: 96, height: 64, bands: 3)
            .encoded(.png)
    }

    /// Every host is at loopback, and may be fetched from.
    private func local(_ files: inout Files.Settings) {
        files.allowPrivate = true
        files.resolver = HostResolver { _, port in [try SocketAddress(ipAddress: "127.0.0.1", port: port)] }
    }

    private func request(_ address: String) -> JSON {
        ["kind": "background_removal", "inputAssetId": .string(address)]
    }

    private func server(_ answer: ScriptedServer.Answer) async throws -> ScriptedServer {
        try await ScriptedServer { _ in answer }
    }

    private func assets(_ app: AccountWorld) async throws -> [Asset] {
        try await app.world.app.files.assets.list(of: app.ada.account, limit: 50).assets
    }

    @Test(arguments: TestEngine.available)
    func `a picture at an address becomes an upload of the account, and the job has its id`(
        on engine: TestEngine
    ) async throws {
        let server = try await server(.ok(picture))
        try await AccountWorld.run(on: engine, files: local) { app in
            let response = try await app.send(
                .post, "/generate", request("http://pictures.example:\(server.port)/a/red%20dress.png?token=secret"))

            #expect(response.status == 202)
            let asset = try #require(try await assets(app).first)
            #expect(asset.name == "red dress.png" && asset.dimensions == ImageSize(width: 96, height: 64))
            #expect(asset.kind == .upload && asset.createdBy == app.ada.user)
            let id = try #require(response["job"]?["id"]?.string)
            let job = try await app.get("/jobs/\(id)")
            #expect(job["job"]?["parameters"]?["inputAssetId"]?.string == asset.id.rawValue)
            #expect(!job.text.contains("secret"))
            #expect(server.requests.count == 1)
        }
    }

    @Test func `an estimate fetches nothing`() async throws {
        let server = try await server(.ok(picture))
        try await AccountWorld.run(files: local) { app in
            let response = try await app.send(
                .post, "/estimate", request("http://pictures.example:\(server.port)/a.png"))

            #expect(response.status == 200 && response["estimatedCredits"] == 6)
            #expect(server.requests.isEmpty)
            #expect(try await assets(app).isEmpty)
        }
    }

    @Test func `a data URI is a picture too, also one larger than other requests`() async throws {
        let noise = (0..<300 * 300 * 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let large = try Picture(pixels: noise, width: 300, height: 300, bands: 3).encoded(.png)
        try await AccountWorld.run(files: { _ in }) { app in
            for bytes in [picture, large] {
                let address = "data:image/png;base64," + Data(bytes).base64EncodedString()
                let response = try await app.send(.post, "/generate", request(address))
                #expect(response.status == 202, "\(response.text.prefix(300))")
            }
            #expect(try await assets(app).map(\.name) == ["upload.png", "upload.png"])
        }
    }

    /// What a server answers, and the status and code of the refusal.
    private static let useless: [(ScriptedServer.Answer, Int, String)] = [
        (.status(404), 422, "address_unreadable"), (.status(500), 422, "address_unreadable"),
        (.ok(Array("<!doctype html><p>Sign in</p>".utf8)), 422, "file_type"),
        (.ok(Sample.mp4), 422, "file_type"),
        (.ok([]), 422, "file_empty"),
        (.ok(Array(Sample.png(padding: 9_000).dropLast(100))), 422, "file_damaged"),
        (.ok([1, 2, 3], announcing: 11 << 20), 422, "file_too_large"),
        (.ok([1, 2, 3], announcing: 90), 422, "address_unreadable"),
        (.ok(Sample.png(20_000, 20_000)), 422, "image_too_large"),
        (.redirect(to: "/again"), 422, "address_unreadable"),
        (.redirect(to: "file:///etc/passwd"), 422, "invalid_address"),
    ]

    @Test func `what is at the address and is no picture is refused by the field, and nothing stays`() async throws {
        try await AccountWorld.run(files: local) { app in
            for (answer, status, code) in Self.useless {
                let server = try await server(answer)
                let response = try await app.send(
                    .post, "/generate", request("http://pictures.example:\(server.port)/a.png"))
                #expect(response.status == status && response.code == code, "\(code): \(response.text)")
                #expect(response["error"]?["field"] == "inputAssetId")
            }
            #expect(try await assets(app).isEmpty)
            #expect(try await app.get("/jobs")["jobs"] == [])
        }
    }

    private static let noAddresses = [
        "7", "ftp://pictures.example/a.png", "file:///etc/passwd", "https://", "https://user@pictures.example/a.png",
        "https://user:word@pictures.example/a.png", "https://pictures.example:99999/a.png", "//pictures.example/a.png",
        "https://pic%74ures.example/a.png", "javascript:alert(1)",
        "https://pictures.example/" + String(repeating: "a", count: 2_048),
    ]

    @Test(arguments: noAddresses)
    func `what is no address is refused before anything is asked`(address: String) async throws {
        try await AccountWorld.run(files: local) { app in
            for route in ["/generate", "/estimate"] {
                let response = try await app.send(.post, route, request(address))
                #expect(response.status == 422 && response.code == "invalid_parameter", "\(response.text)")
                #expect(response["error"]?["field"] == "inputAssetId")
            }
        }
    }

    @Test func `a data URI that is none, or holds no picture, is refused by the field`() async throws {
        try await AccountWorld.run { app in
            for (address, code) in [
                ("data:image/png;base64,####", "invalid_address"), ("data:image/png;base64", "invalid_address"),
                ("data:text/html,<p>a</p>", "file_type"), ("data:image/png;base64,", "file_empty"),
            ] {
                let response = try await app.send(.post, "/generate", request(address))
                #expect(response.status == 422 && response.code == code, "\(address): \(response.text)")
                #expect(response["error"]?["field"] == "inputAssetId")
            }
        }
    }

    @Test func `one address in many requests is fetched once, and the request at fault is named`() async throws {
        let server = try await ScriptedServer { [picture] path in path == "/a.png" ? .ok(picture) : .status(404) }
        let base = "http://pictures.example:\(server.port)"
        try await AccountWorld.run(files: local) { app in
            let several = try await app.send(
                .post, "/generate", ["jobs": .array((0..<3).map { _ in request("\(base)/a.png") })])
            #expect(several.status == 202 && server.requests.count == 1)
            #expect(try await assets(app).count == 1)

            let broken = try await app.send(
                .post, "/generate", ["jobs": [request("\(base)/a.png"), request("\(base)/b.png")]])
            #expect(broken.status == 422 && broken["error"]?["field"] == "jobs.1.inputAssetId")
            #expect(try await assets(app).count == 1)

            let many = try await app.send(
                .post, "/generate", ["jobs": .array((0..<9).map { request("\(base)/\($0).png") })])
            #expect(many.status == 422 && many.code == "too_many_addresses")
        }
    }

    @Test(arguments: TestEngine.available)
    func `a repeat gets the first response, and fetches nothing`(on engine: TestEngine) async throws {
        let server = try await server(.ok(picture))
        try await AccountWorld.run(on: engine, files: local) { app in
            let body = request("http://pictures.example:\(server.port)/a.png")
            let headers = ["Idempotency-Key": "once"]
            let first = try await app.send(.post, "/generate", body, headers: headers)
            let second = try await app.send(.post, "/generate", body, headers: headers)

            #expect(first.status == 202 && second.status == 202 && first.text == second.text)
            #expect(server.requests.count == 1)
            #expect(try await assets(app).count == 1)
        }
    }

    @Test func `an account without credits makes us fetch nothing`() async throws {
        let server = try await server(.ok(picture))
        try await AccountWorld.run(credits: 2, files: local) { app in
            let response = try await app.send(
                .post, "/generate", request("http://pictures.example:\(server.port)/a.png"))

            #expect(response.status == 402 && server.requests.isEmpty)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a submission that is refused leaves no file`(on engine: TestEngine) async throws {
        let server = try await server(.ok(picture))
        try await AccountWorld.run(on: engine, files: local) { app in
            try await app.world.plan("one", jobsPerHour: 1)
            try await app.change("UPDATE accounts SET plan = 'one'")
            try await app.world.submit(for: app.ada)

            let response = try await app.send(
                .post, "/generate", request("http://pictures.example:\(server.port)/a.png"))

            #expect(response.status == 429 && response.code == "rate_limited")
            #expect(try await assets(app).isEmpty)
            let bytes = try await app.world.database.read { [account = app.ada.account] in
                try $0.files.storedBytes(of: account)
            }
            #expect(bytes == 0)
        }
    }
}
