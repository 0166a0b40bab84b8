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
    let fixture: IdentityFixture
    let catalog: CatalogCache
    let client: any TestClientProtocol
    let administrator: SignedIn

    /// - Parameter stripe: Its address, if payments are set up.
    static func run(
        on engine: TestEngine = .sqlite, stripe: String? = nil,
        _ body: @escaping @Sendable (AdminWorld) async throws -> Void
    ) async throws {
        let fixture = try await IdentityFixture(engine)
        let identity = fixture.identity
        let made = try await identity.createFirstAdministrator(email: "admin@example.com", password: "correct horse")
        guard let made else { throw Unexpected("there was an administrator") }
        let administrator = try await identity.sessions.start(for: made.user.id, from: fixture.client)
        let catalog = CatalogCache(fixture.database, time: fixture.clock.time)
        let router = Router(context: AppContext.self)
        router.add(middleware: RequestLogMiddleware(time: fixture.clock.time))
        router.add(middleware: ErrorMiddleware())
        router.add(
            middleware: AuthenticationMiddleware(authenticator: identity.authenticator, secrets: identity.secrets))
        let admin = router.group("/api/admin", context: AdminContext.self)
        AdminRoutes(
            database: fixture.database, catalog: catalog, billing: stripe.map { billing(fixture, $0) },
            time: fixture.clock.time
        ).add(to: admin)
        try await Application(router: router).test(.router) {
            try await body(AdminWorld(fixture: fixture, catalog: catalog, client: $0, administrator: administrator))
        }
    }

    private static func billing(_ fixture: IdentityFixture, _ url: String) -> Billing {
        Billing(
            database: fixture.database,
            stripe: StripeClient(
                .init(key: "sk_test_x", url: url, tries: 1), client: .shared, time: fixture.clock.time),
            webhookSecrets: [], rules: BillingRules(), time: fixture.clock.time, wakeUp: WakeUp(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    var database: Database { fixture.database }

    /// As the administrator, unless somebody else is named.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, bearer: String?? = .none,
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        var fields = HTTPFields()
        if let bearer = bearer ?? administrator.accessToken { fields[.authorization] = "Bearer \(bearer)" }
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return try await client.execute(
            uri: "/api/admin\(path)", method: method, headers: fields, body: body.map { ByteBuffer(string: $0.text) }
        ) {
            JSONResponse(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }
}
