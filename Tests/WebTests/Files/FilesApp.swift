import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
@testable import Web

/// The routes about files, on a real database and a real folder. A header names the user.
struct FilesApp {
    let fixture: FilesFixture
    let mine: Actor
    let other: Actor
    static let testUser = HTTPField.Name("X-Test-User") ?? .from

    init() async throws {
        fixture = try await FilesFixture()
        mine = try await fixture.account()
        other = try await fixture.account()
    }

    /// - Parameter setup: `.live` is a real socket, for what only shows there.
    func test(
        _ rules: FileRules = FileRules(), store: (any FileStore)? = nil, over setup: TestingSetup = .router,
        _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = Router(context: AppContext.self)
        router.add(middleware: Errors())
        router.add(middleware: Principals(actors: ["mine": mine, "other": other]))
        let (assets, links) = (fixture.assets, fixture.links)
        let serve = ServeFile(assets: assets, store: fixture.store, links: links, time: fixture.time)
        let thumbnail = ServeThumbnail(
            assets: assets, store: fixture.store, links: links,
            makeMissing: try await fixture.previews().makeMissing, time: fixture.time)
        router.get("files/thumbnails/:account/:asset/:file", use: thumbnail.handle)
        router.head("files/thumbnails/:account/:asset/:file", use: thumbnail.handle)
        router.get("files/**", use: serve.handle)
        router.head("files/**", use: serve.handle)
        FileRoutes(assets: assets, upload: fixture.uploads(rules, store: store), links: links)
            .add(to: APIRoutes(router.group("/api", context: AccountContext.self)))
        let gallery = Gallery(database: fixture.database, time: fixture.time, logger: fixture.logger)
        GalleryRoutes(database: fixture.database, gallery: gallery, links: links)
            .add(to: APIRoutes(router.group("/api", context: AccountContext.self)))
        let zip = ZipAssets(database: fixture.database, store: store ?? fixture.store, time: fixture.time)
        BulkRoutes(bulk: fixture.bulk(), zip: zip, time: fixture.time)
            .add(to: APIRoutes(router.group("/api", context: AccountContext.self)))
        try await Application(router: router).test(setup) { try await body($0) }
    }

    /// The path and query of a link, as a browser asks for it.
    func path(_ link: SignedLink) -> String { String(link.url.dropFirst("https://example.com".count)) }

    private struct Errors: RouterMiddleware {
        func handle(
            _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
        ) async throws -> Response {
            do { return try await next(request, context) } catch {
                let known = error as? APIError ?? APIError(files: error)
                guard let known else { throw error }
                return known.response(requestID: context.requestID)
            }
        }
    }

    private struct Principals: RouterMiddleware {
        let actors: [String: Actor]

        func handle(
            _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
        ) async throws -> Response {
            var context = context
            let actor = request.headers[FilesApp.testUser].flatMap { actors[$0] }
            context.principal = actor.map { Principal(actor: $0, session: nil) }
            return try await next(request, context)
        }
    }
}

extension TestClientProtocol {
    func send(
        _ method: HTTPRequest.Method, _ path: String, as user: String? = "mine", headers: HTTPFields = [:],
        body: [UInt8]? = nil
    ) async throws -> TestResponse {
        var headers = headers
        headers[FilesApp.testUser] = user
        return try await executeRequest(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
    }
}

extension TestResponse {
    var json: JSON { get throws { try JSON(parsing: body.readableBytesView) } }
    var bytes: [UInt8] { Array(body.readableBytesView) }
    var errorCode: String? { get throws { try json["error"]?["code"]?.string } }
}
