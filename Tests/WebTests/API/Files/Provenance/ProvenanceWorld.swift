import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
@testable import Web

/// The whole product, with the anchors of the signed samples.
struct ProvenanceWorld: Sendable {
    let fixture: AppFixture
    let client: any TestClientProtocol

    static func run(
        on engine: TestEngine = .sqlite, _ body: @escaping @Sendable (ProvenanceWorld) async throws -> Void
    ) async throws {
        let fixture = try await AppFixture(engine, anchors: SignedSample.anchors)
        let router = WebApplication(fixture.app, .init(version: "0.0.0")).router()
        try await Application(router: router).test(.router) {
            try await body(ProvenanceWorld(fixture: fixture, client: $0))
        }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8]? = [], headers: HTTPFields = [:]
    ) async throws -> JSONResponse {
        let bytes = body.map { ByteBuffer(bytes: $0) }
        return try await client.execute(uri: path, method: method, headers: headers, body: bytes) {
            JSONResponse(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }

    /// As a browser sends the page's form.
    func submit(_ file: [UInt8], name: String = "a.png", headers: HTTPFields = [:]) async throws -> JSONResponse {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n"
        var headers = headers
        headers[.contentType] = "multipart/form-data; boundary=b"
        return try await send(.post, "/check", Array(head.utf8) + file + Array("\r\n--b--\r\n".utf8), headers: headers)
    }

    /// What lies in the folder of files.
    var storedPaths: [String] {
        get throws {
            let root = fixture.folder.path + "/files"
            return try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
                var isDirectory: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory)
                    && !isDirectory.boolValue
            }
        }
    }

    /// An output with these bytes.
    func make(_ bytes: [UInt8]) async throws {
        let user = try await fixture.signedIn("maker@example.com")
        let account = ID<Account>(rawValue: user.user.id.rawValue)
        let job = ID<Job>.make(at: fixture.clock.now)
        let digest = try await fixture.app.files.store.receive(Parts(bytes), limit: 1 << 20)
        await fixture.app.files.store.discard(digest)
        try await fixture.database.write(order: .alone) { transaction in
            try transaction.execute(
                """
                INSERT INTO jobs (id, account_id, created_by, kind, kind_version, endpoint, provider, state, parameters,
                    outputs_asked, price, price_version, price_breakdown, event_seq, order_at, run_at, time_limit,
                    created_at, ended_at)
                VALUES ($1, $2, $3, 'text_to_image', 1, 'fal-ai/flux/schnell', 'fal', 'cancelled', '{}', 1, 100, 1,
                    '{}', 1, 0, 0, 1000, 0, 0)
                """, job, account, user.user.id)
            try transaction.files.insertAsset(Asset(
                id: .make(at: fixture.clock.now), account: account, createdBy: user.user.id, job: job, outputIndex: 0,
                key: .output(0, of: job, account, .png), name: "secret.png", type: .png, size: bytes.count,
                sha256: digest.sha256, dimensions: nil, createdAt: fixture.clock.now, expiresAt: nil))
        }
    }
}
