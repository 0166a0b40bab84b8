import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
@testable import Web

/// The routes about credits, over a real database, without a socket. A header names the user.
struct CreditsWorld: Sendable {
    let world: TestWorld
    let ada: Actor
    let bob: Actor
    let client: any TestClientProtocol

    private static let testUser = HTTPField.Name("X-Test-User") ?? .from

    static func run(
        credits: Int64 = 100, _ body: @escaping @Sendable (CreditsWorld) async throws -> Void
    ) async throws {
        let world = try await TestWorld()
        let (ada, bob) = (try await world.account(credits: credits), try await world.account(credits: 7))
        let router = Router(context: AppContext.self)
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: Principals(actors: ["ada": ada, "bob": bob]))
        let api = router.group("/api", context: AccountContext.self)
        CreditRoutes(app: world.app).add(to: api)
        api.post("/generate", use: Generate(submit: world.submitJob).handle)
        try await Application(router: router).test(.router) {
            try await body(CreditsWorld(world: world, ada: ada, bob: bob, client: $0))
        }
    }

    func get(_ path: String, as user: String = "ada", headers: [String: String] = [:]) async throws -> JSONResponse {
        try await send(.get, path, as: user, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, as user: String = "ada",
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        var fields = HTTPFields()
        fields[Self.testUser] = user
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return try await client.execute(
            uri: "/api\(path)", method: method, headers: fields, body: body.map { ByteBuffer(string: $0.text) }
        ) {
            JSONResponse(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }

    private struct Principals: RouterMiddleware {
        let actors: [String: Actor]

        func handle(
            _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
        ) async throws -> Response {
            var context = context
            let actor = request.headers[CreditsWorld.testUser].flatMap { actors[$0] }
            context.principal = actor.map { Principal(actor: $0, session: nil) }
            return try await next(request, context)
        }
    }
}
