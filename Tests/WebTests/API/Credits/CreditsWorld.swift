import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
import Web

/// The routes about credits, over a real database, without a socket. A header says who calls.
struct CreditsWorld: Sendable {
    let world: TestWorld
    let ada: Actor
    let bob: Actor
    let client: any TestClientProtocol

    private static let caller = HTTPField.Name("X-Test-Caller") ?? .from

    static func run(credits: Int64 = 100, _ body: @escaping @Sendable (CreditsWorld) async throws -> Void) async throws {
        let world = try await TestWorld()
        let (ada, bob) = (try await world.account(credits: credits), try await world.account(credits: 7))
        let router = Router(context: AppContext.self)
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: Callers(callers: ["ada": ada, "bob": bob]))
        let api = router.group("/api", context: AccountContext.self)
        api.get("/credits/balance", use: ShowCredits(database: world.database, time: world.clock.time).balance)
        api.get("/credits/history", use: ShowHistory(database: world.database).handle)
        api.get("/credits/explain", use: ExplainCredits(database: world.database, time: world.clock.time).handle)
        api.post("/generate", use: Generate(submit: world.submitJob).handle)
        SpendLimitRoutes(SpendLimits(database: world.database, time: world.clock.time)).addRoutes(to: api)
        try await Application(router: router).test(.router) { try await body(CreditsWorld(world: world, ada: ada, bob: bob, client: $0)) }
    }

    func get(_ path: String, as caller: String = "ada", headers: [String: String] = [:]) async throws -> Answer {
        try await send(.get, path, as: caller, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, as caller: String = "ada", headers: [String: String] = [:]
    ) async throws -> Answer {
        var fields = HTTPFields()
        fields[Self.caller] = caller
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return try await client.execute(
            uri: "/api\(path)", method: method, headers: fields, body: body.map { ByteBuffer(string: $0.text) }
        ) {
            Answer(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }

    private struct Callers: RouterMiddleware {
        let callers: [String: Actor]

        func handle(_ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response) async throws -> Response {
            var context = context
            context.caller = request.headers[CreditsWorld.caller].flatMap { callers[$0] }.map { Caller(actor: $0, session: nil) }
            return try await next(request, context)
        }
    }
}
