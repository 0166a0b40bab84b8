import AsyncHTTPClient
import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SQL
import TestSupport
@testable import Web

/// What administrators may ask for, over a real database, without a socket.
struct AdminWorld: Sendable {
    let fixture: AppFixture
    let client: any TestClientProtocol
    let administrator: SignedIn

    /// - Parameter stripe: Its address, if payments are set up.
    static func run(
        on engine: TestEngine = .sqlite, stripe: String? = nil,
        _ body: @escaping @Sendable (AdminWorld) async throws -> Void
    ) async throws {
        let billing = stripe.map {
            Billing.Settings(stripe: .init(key: "sk_test_x", url: $0, tries: 1), webhookSecrets: [])
        }
        let fixture = try await AppFixture(engine, billing: billing)
        let accounts = fixture.identity
        let made = try await accounts.createFirstAdministrator(email: "admin@example.com", password: "correct horse")
        guard let made else { throw Unexpected("there was an administrator") }
        let administrator = try await accounts.sessions.start(for: made.user.id, from: fixture.client)
        let router = WebApplication(fixture.app, .init(version: "0.0.0")).router()
        try await Application(router: router).test(.router) {
            try await body(AdminWorld(fixture: fixture, client: $0, administrator: administrator))
        }
    }

    var catalog: Catalog { fixture.app.catalog }
    var database: Database { fixture.database }

    /// As the administrator, unless somebody else is named.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, bearer: String?? = .none,
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        try await send(method, path, text: body?.text, bearer: bearer, headers: headers)
    }

    /// - Parameter text: The body as it is, JSON or not.
    func send(
        _ method: HTTPRequest.Method, _ path: String, text: String?, bearer: String?? = .none,
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        var fields = HTTPFields()
        if let bearer = bearer ?? administrator.accessToken { fields[.authorization] = "Bearer \(bearer)" }
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return try await client.execute(
            uri: "/api/admin\(path)", method: method, headers: fields, body: text.map { ByteBuffer(string: $0) }
        ) {
            JSONResponse(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }
}
