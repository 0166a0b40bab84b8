import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
import Testing
@testable import Web

/// What every surface answers to U+0000, wherever it is.
struct TextRouteTests {
    private struct Case: Sendable {
        let method: HTTPRequest.Method
        let path: String
        var body: String?
        /// The field that the error names; on the auth surface its message does.
        let field: String
    }

    private static let api: [Case] = [
        Case(method: .post, path: "/api/keys", body: #"{"name": "k\u0000"}"#, field: "name"),
        Case(method: .post, path: "/api/generate", body: #"{"prompt": "a cat\u0000"}"#, field: "prompt"),
        Case(method: .post, path: "/api/generate", body: #"{"kind": "x\u0000", "prompt": "a"}"#, field: "kind"),
        Case(
            method: .post, path: "/api/estimate", body: #"{"jobs": [{"prompt": "a"}, {"prompt": "\u0000"}]}"#,
            field: "jobs.1.prompt"),
        Case(method: .post, path: "/api/billing/checkout", body: #"{"pack": "small\u0000"}"#, field: "pack"),
        Case(method: .put, path: "/api/admin/packs/small", body: #"{"title": "x\u0000"}"#, field: "title"),
        Case(method: .put, path: "/api/admin/plans/pro", body: #"{"title": "x\u0000"}"#, field: "title"),
        Case(method: .post, path: "/api/admin/price-drafts", body: #"{"note": "x\u0000"}"#, field: "note"),
        Case(method: .get, path: "/api/admin/audit-log?subject=%00", field: "subject"),
        Case(method: .get, path: "/api/jobs?status=%00", field: "status"),
        Case(method: .get, path: "/api/jobs?cursor=%00", field: "cursor"),
        Case(method: .get, path: "/api/assets?tag=%00", field: "tag"),
        Case(method: .get, path: "/api/credits/history?kind=%00", field: "kind"),
        Case(method: .post, path: "/api/assets?name=a%00.png", body: "x", field: "name"),
    ]

    private static let auth: [Case] = [
        Case(
            method: .post, path: "/auth/v1/signup",
            body: #"{"email": "a@example.com", "password": "correct horse", "data": {"name": "Ada\u0000"}}"#,
            field: "data.name"),
        Case(
            method: .post, path: "/auth/v1/signup", body: #"{"email": "a\u0000@example.com", "password": "x"}"#,
            field: "email"),
        Case(
            method: .post, path: "/auth/v1/token?grant_type=password",
            body: #"{"email": "a\u0000@example.com", "password": "x"}"#, field: "email"),
        Case(
            method: .post, path: "/auth/v1/token?grant_type=refresh_token", body: #"{"refresh_token": "a\u0000"}"#,
            field: "refresh_token"),
        Case(method: .put, path: "/auth/v1/user", body: #"{"data": {"n": "\u0000"}}"#, field: "data.n"),
    ]

    @Test(arguments: TestEngine.available)
    func `it is refused by its field on every route and either engine, and nothing is stored`(
        on engine: TestEngine
    ) async throws {
        try await AdminWorld.run(on: engine, stripe: "http://127.0.0.1:1") { world in
            let before = try await rows(of: world)
            for test in Self.api {
                let response = try await send(test, world)
                #expect(response.status == 422 && response.code == "invalid_parameter", "\(test): \(response.text)")
                #expect(response["error"]?["field"] == .string(test.field), "\(test): \(response.text)")
            }
            for test in Self.auth {
                let response = try await send(test, world)
                #expect(response.status == 422 && response.code == "validation_failed", "\(test): \(response.text)")
                #expect(response["message"]?.string?.contains("'\(test.field)'") == true, "\(test): \(response.text)")
            }
            #expect(try await rows(of: world) == before)
        }
    }

    @Test(arguments: TestEngine.available)
    func `what passes the boundary all the same is a refusal too, and no internal error`(
        on engine: TestEngine
    ) async throws {
        try await AdminWorld.run(on: engine) { world in
            let error = await #expect(throws: (any Error).self) {
                try await world.database.read { _ = try $0.query("SELECT 1 AS one FROM users WHERE email = $1", "a\0") }
            }
            let found = try #require(error)
            #expect(APIError(core: found)?.status == .unprocessableContent)
            #expect(AuthError(found).status == .unprocessableContent)
        }
    }

    @Test func `a name has no control characters, a note may have lines, and a name out of a user's data has none`(
    ) async throws {
        try await AdminWorld.run { world in
            let key = Case(method: .post, path: "/api/keys", body: #"{"name": "two\nlines"}"#, field: "name")
            let note = Case(method: .post, path: "/api/admin/price-drafts", body: #"{"note": "two\nlines"}"#, field: "")
            let user = Case(
                method: .post, path: "/auth/v1/signup",
                body: #"{"email": "a@example.com", "password": "correct horse", "data": {"name": "Ada\u0007\nL."}}"#,
                field: "")

            let refused = try await send(key, world)
            #expect(refused.status == 422 && refused["error"]?["field"] == "name")
            #expect(try await send(note, world)["note"] == "two\nlines")
            #expect(try await send(user, world).status == 200)
            let name = try await world.database.read {
                try $0.queryOne("SELECT name FROM profiles WHERE name LIKE 'Ada%'")?.get("name", as: String.self)
            }
            #expect(name == "Ada  L.")
        }
    }

    private func send(_ test: Case, _ world: AdminWorld) async throws -> JSONResponse {
        try await world.client.execute(
            uri: test.path, method: test.method,
            headers: [.authorization: "Bearer \(world.administrator.accessToken)"],
            body: test.body.map { ByteBuffer(string: $0) }
        ) {
            JSONResponse(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }

    private func rows(of world: AdminWorld) async throws -> [Int] {
        try await world.database.read { transaction in
            let counts: [Statement] = [
                "SELECT COUNT(*) AS count FROM users", "SELECT COUNT(*) AS count FROM api_keys",
                "SELECT COUNT(*) AS count FROM jobs", "SELECT COUNT(*) AS count FROM checkouts",
                "SELECT COUNT(*) AS count FROM audit_log", "SELECT COUNT(*) AS count FROM assets",
            ]
            return try counts.map { try transaction.queryOne($0)?.get("count") ?? 0 }
        }
    }
}
