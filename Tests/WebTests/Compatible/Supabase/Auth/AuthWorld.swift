import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
@testable import Web

/// The routes of users, sessions and keys over a real database, without a socket.
struct AuthWorld: Sendable {
    let fixture: AppFixture
    let client: any TestClientProtocol

    var identity: Accounts { fixture.identity }

    static func run(
        mode: SignUp.Mode = .open, confirmsByMail: Bool = false,
        _ body: @escaping @Sendable (AuthWorld) async throws -> Void
    ) async throws {
        let fixture = try await AppFixture(mode: mode, confirmsByMail: confirmsByMail)
        let router = WebApplication(fixture.app, .init(version: "0.0.0")).router()
        let api = router.group("/api", context: AccountContext.self)
        api.get("/whoami") { _, context in context.account.rawValue }
        try await Application(router: router).test(.router) { try await body(AuthWorld(fixture: fixture, client: $0)) }
    }

    /// Over a socket, so that requests have a peer: this machine.
    static func runLive(
        trustedProxies: TrustedProxies, _ body: @escaping @Sendable (AuthWorld) async throws -> Void
    ) async throws {
        let fixture = try await AppFixture()
        let router = WebApplication(fixture.app, .init(version: "0.0.0", trustedProxies: trustedProxies)).router()
        try await Application(router: router).test(.live) { try await body(AuthWorld(fixture: fixture, client: $0)) }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, bearer: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        try await send(method, path, text: body?.text, bearer: bearer, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, text: String?, bearer: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        var fields = HTTPFields()
        if let bearer { fields[.authorization] = "Bearer \(bearer)" }
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return try await client.execute(
            uri: path, method: method, headers: fields, body: text.map { ByteBuffer(string: $0) }
        ) {
            JSONResponse(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }

    func signUp(
        _ email: String = "ada@example.com", _ password: String = "correct horse"
    ) async throws -> JSONResponse {
        try await send(.post, "/auth/v1/signup", ["email": .string(email), "password": .string(password), "data": nil])
    }

    func signIn(
        _ email: String, _ password: String, headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        let body: JSON = ["email": .string(email), "password": .string(password)]
        return try await send(.post, "/auth/v1/token?grant_type=password", body, headers: headers)
    }

    func refresh(_ token: String) async throws -> JSONResponse {
        try await send(.post, "/auth/v1/token?grant_type=refresh_token", ["refresh_token": .string(token)])
    }
}
