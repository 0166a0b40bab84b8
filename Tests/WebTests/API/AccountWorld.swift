import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
@testable import Web

/// What an account may ask for about its jobs and credits, over a real database, without a socket. A header names the
/// user: ada, the owner of an account; a member and a key of it; and bob, who has another account.
struct AccountWorld: Sendable {
    let world: TestWorld
    let ada: Actor
    let bob: Actor
    let key: ID<APIKey>
    let client: any TestClientProtocol

    private static let testUser = HTTPField.Name("X-Test-User") ?? .from

    static func run(
        on engine: TestEngine = .sqlite, credits: Int64 = 100, plan: String = "enterprise",
        files: (inout Files.Settings) -> Void = { _ in },
        _ body: @escaping @Sendable (AccountWorld) async throws -> Void
    ) async throws {
        let world = try await TestWorld(engine, files: files)
        let (ada, bob) = (
            try await world.account(credits: credits, plan: plan), try await world.account(credits: 7))
        let key = try await world.app.accounts.apiKeys.create(named: "app", by: ada).key.id
        let router = Router(context: AppContext.self)
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: Principals(actors: [
            "ada": ada, "bob": bob,
            "member": Actor(account: ada.account, user: bob.user, key: nil, role: .member, platformRole: .user),
            "key": Actor(account: ada.account, user: nil, key: key, role: .member, platformRole: .user),
        ]))
        let api = APIRoutes(router.group("/api", context: AccountContext.self))
        JobRoutes(app: world.app).add(to: api)
        CreditRoutes(app: world.app).add(to: api)
        try await Application(router: router).test(.router) {
            try await body(AccountWorld(world: world, ada: ada, bob: bob, key: key, client: $0))
        }
    }

    func get(_ path: String, as user: String = "ada", headers: [String: String] = [:]) async throws -> JSONResponse {
        try await send(.get, path, as: user, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, as user: String? = "ada",
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        try await send(method, path, text: body?.text, as: user, headers: headers)
    }

    /// - Parameter text: The body as it is, JSON or not.
    func send(
        _ method: HTTPRequest.Method, _ path: String, text: String?, as user: String? = "ada",
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        var fields = HTTPFields()
        fields[Self.testUser] = user
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return try await client.execute(
            uri: "/api\(path)", method: method, headers: fields, body: text.map { ByteBuffer(string: $0) }
        ) {
            JSONResponse(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }

    /// Changes the database beneath the server.
    func change(_ statement: Statement) async throws {
        try await world.database.write(order: .alone) { _ = try $0.execute(statement) }
    }

    /// Lets the provider finish, each request with as many files as were requested less those that are missing.
    func finish(missing: Int = 0) async throws {
        try await world.work()
        world.provider.finishAll(missing: missing)
        world.clock.advance(by: .seconds(2))
        try await world.work()
    }

    private struct Principals: RouterMiddleware {
        let actors: [String: Actor]

        func handle(
            _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
        ) async throws -> Response {
            var context = context
            let actor = request.headers[AccountWorld.testUser].flatMap { actors[$0] }
            context.principal = actor.map { Principal(actor: $0, session: nil) }
            return try await next(request, context)
        }
    }
}
