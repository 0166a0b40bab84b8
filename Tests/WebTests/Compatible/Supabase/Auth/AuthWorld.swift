import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
import Web

/// Identity's routes over a real database, without a socket.
struct AuthWorld: Sendable {
    let fixture: IdentityFixture
    let client: any TestClientProtocol

    var identity: Identity { fixture.identity }

    static func run(
        mode: SignUp.Mode = .open, confirmsByMail: Bool = false, _ body: @escaping @Sendable (AuthWorld) async throws -> Void
    ) async throws {
        let fixture = try await IdentityFixture(mode: mode, confirmsByMail: confirmsByMail)
        let identity = fixture.identity
        let router = Router(context: AppContext.self)
        router.add(middleware: AnswerMiddleware(time: fixture.clock.time))
        router.add(middleware: CallerMiddleware(authenticator: identity.authenticator, secrets: identity.secrets))
        AuthRoutes(identity, version: "0.0.0").addRoutes(to: router)
        let api = router.group("/api", context: AccountContext.self)
        api.get("/keys", use: ListKeys(identity.apiKeys).handle)
        api.post("/keys", use: CreateKey(identity.apiKeys).handle)
        api.delete("/keys/:id", use: RevokeKey(identity.apiKeys).handle)
        api.get("/whoami") { _, context in context.account.rawValue }
        try await Application(router: router).test(.router) { try await body(AuthWorld(fixture: fixture, client: $0)) }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, bearer: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(method, path, text: body?.text, bearer: bearer, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, text: String?, bearer: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var fields = HTTPFields()
        if let bearer { fields[.authorization] = "Bearer \(bearer)" }
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return try await client.execute(uri: path, method: method, headers: fields, body: text.map { ByteBuffer(string: $0) }) {
            Answer(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }

    func signUp(_ email: String = "ada@example.com", _ password: String = "correct horse") async throws -> Answer {
        try await send(.post, "/auth/v1/signup", ["email": .string(email), "password": .string(password), "data": nil])
    }

    func signIn(_ email: String, _ password: String) async throws -> Answer {
        try await send(.post, "/auth/v1/token?grant_type=password", ["email": .string(email), "password": .string(password)])
    }

    func refresh(_ token: String) async throws -> Answer {
        try await send(.post, "/auth/v1/token?grant_type=refresh_token", ["refresh_token": .string(token)])
    }
}

struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    subscript(_ name: String) -> JSON? { json[name] }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    var json: JSON { (try? JSON(parsing: text)) ?? .null }
    var accessToken: String { self["access_token"]?.string ?? "" }
    var refreshToken: String { self["refresh_token"]?.string ?? "" }
    var code: String? { self["code"]?.string ?? self["error"]?["code"]?.string }
}
