import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SQL
import Synchronization
import TestSupport
import Testing
@testable import Web

/// The layers around every route, without a database.
struct MiddlewareTests {
    private let clock = FakeTime()

    /// A router with all layers but that of credentials.
    private func test(
        corsOrigin: String? = nil, logger: Logger? = nil,
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLogMiddleware(time: clock.time))
        if let corsOrigin {
            router.add(middleware: CORSMiddleware(darkroom: corsOrigin))
            router.add(middleware: ExposedHeadersMiddleware())
        }
        router.add(middleware: ErrorMiddleware())
        router.get("/ok") { _, context in context.requestID }
        router.get("/own") { _, _ in
            Response(status: .ok, headers: [.contentSecurityPolicy: "default-src 'self'", .requestID: "route's own"])
        }
        router.get("/things/:id") { [clock] _, _ -> String in
            clock.advance(by: .milliseconds(7))
            throw SubmitError.accountDisabled
        }
        router.get("/crash") { _, _ -> String in throw Unexpected("a secret of the server") }
        router.get("/away") { _, _ -> String in throw DatabaseError(.unavailable, "a secret of the server") }
        router.get("/http") { _, _ -> String in throw HTTPError(.badRequest, message: "No such luck.") }
        router.get("/long") { _, _ -> String in throw HTTPError(.contentTooLarge) }
        router.post("/large") { _, _ in "post" }
        router.put("/things/:id") { _, _ in "put" }
        router.refuseOtherMethods()
        let app = logger.map { Application(router: router, logger: $0) } ?? Application(router: router)
        try await app.test(.router) { try await body($0) }
    }

    @Test func `every response has an id and the headers that keep a browser from misusing it`() async throws {
        try await test { client in
            for path in ["/ok", "/none", "/crash", "/things/7"] {
                let response = try await client.execute(uri: path, method: .get)
                let id = response.headers[.requestID] ?? ""
                #expect(ID<AppContext>(checking: id) != nil, "\(path): \(id)")
                #expect(response.headers[.xContentTypeOptions] == "nosniff")
                #expect(response.headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
                #expect(response.headers[.referrerPolicy] == "no-referrer" && response.headers[.frameOptions] == "DENY")
            }
            let own = try await client.execute(uri: "/own", method: .get)
            #expect(own.headers[values: .contentSecurityPolicy] == ["default-src 'self'"], "a route's own policy stays")
            #expect(own.headers[.requestID] != "route's own" && own.headers[.frameOptions] == "DENY")
        }
    }

    @Test(arguments: [
        ("abcdefgh", true), ("A-Z_0.9-", true), (String(repeating: "a", count: 64), true), ("abcdefg", false),
        ("", false),
        (String(repeating: "a", count: 65), false), ("abc def ghi", false), ("id=abcdefgh", false),
        ("abcdefgh\"", false),
        ("abcdéfgh", false), ("../../../etc", false), ("{abcdefgh}", false),
    ])
    func `a client's id is taken if it can stand in a log as it is`(id: String, isTaken: Bool) async throws {
        try await test { client in
            let response = try await client.execute(uri: "/ok", method: .get, headers: [.requestID: id])
            #expect((response.headers[.requestID] == id) == isTaken)
            #expect(String(buffer: response.body) == response.headers[.requestID], "the route has the same")
            let failed = try await client.execute(uri: "/crash", method: .get, headers: [.requestID: id])
            #expect(try failed.json["error"]?["requestId"]?.string == failed.headers[.requestID])
        }
    }

    @Test(arguments: [
        ("/things/7", 403, "account_disabled"), ("/crash", 500, "internal_error"), ("/away", 503, "unavailable"),
        ("/http", 400, "bad_request"), ("/none", 404, "route_not_found"), ("/things", 404, "route_not_found"),
        ("/OK", 404, "route_not_found"), ("/long", 413, "body_too_large"),
    ])
    func `whatever is thrown becomes the one shape of an error, and keeps what only the server may know`(
        path: String, status: Int, code: String
    ) async throws {
        try await test { client in
            let response = try await client.execute(uri: path, method: .get)
            #expect(response.status.code == status)
            #expect(try response.errorCode == code)
            #expect(!String(buffer: response.body).contains("secret"))
        }
    }

    @Test func `a method that an address does not take is 405, with those that it takes`() async throws {
        try await test { client in
            for (path, method, allow) in [
                ("/ok", .post, "GET, HEAD"), ("/ok", .delete, "GET, HEAD"), ("/things/7", .patch, "GET, HEAD, PUT"),
                ("/large", .get, "POST"), ("/large", .put, "POST"), ("/ok", .options, "GET, HEAD"),
            ] as [(String, HTTPRequest.Method, String)] {
                let response = try await client.execute(uri: path, method: method)
                #expect(response.status == .methodNotAllowed && response.headers[.allow] == allow, "\(method) \(path)")
                #expect(try response.errorCode == "method_not_allowed")
            }
            #expect(try await client.execute(uri: "/ok", method: .head).status == .ok)
            #expect(try await client.execute(uri: "/things/7", method: .put).status == .ok)
        }
    }

    @Test func `a browser on the app's origin may read everything, errors too, and learns it before`() async throws {
        try await test(corsOrigin: "https://app.example") { client in
            for path in ["/ok", "/things/7", "/crash", "/none"] {
                let response = try await client.execute(
                    uri: path, method: .get, headers: [.origin: "https://app.example"])
                #expect(response.headers[.accessControlAllowOrigin] == "https://app.example", "\(path)")
                let exposed = response.headers[.accessControlExposeHeaders]?.lowercased() ?? ""
                for name in ["x-request-id", "retry-after", "idempotent-replayed"] { #expect(exposed.contains(name)) }
            }
            let before = try await client.execute(
                uri: "/things/7", method: .options,
                headers: [.origin: "https://app.example", .accessControlRequestMethod: "PUT"])
            let allowed = before.headers[.accessControlAllowHeaders]?.lowercased() ?? ""
            #expect(before.status.code < 300)
            for name in ["authorization", "idempotency-key", "darkroom-account", "last-event-id", "apikey"] {
                #expect(allowed.contains(name), "\(name)")
            }
            #expect(before.headers[.accessControlAllowMethods]?.contains("PATCH") == true)
            #expect(before.headers[.accessControlAllowCredentials] == nil, "no cookies")
        }
    }

    @Test func `any origin is named back to it, and without the setting none is`() async throws {
        try await test(corsOrigin: "*") { client in
            for origin in ["https://one.example", "https://two.example"] {
                let response = try await client.execute(uri: "/ok", method: .get, headers: [.origin: origin])
                #expect(response.headers[.accessControlAllowOrigin] == origin)
                let vary = response.headers[values: .vary].joined().lowercased()
                #expect(vary.contains("origin"), "caches must not mix them")
            }
        }
        try await test { client in
            let response = try await client.execute(uri: "/ok", method: .get, headers: [.origin: "https://one.example"])
            #expect(response.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test func `a request is one line of the log, by its route and not by its path`() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        try await test(logger: logger) { client in
            _ = try await client.execute(uri: "/things/dk_secret?signature=secret", method: .get)
            _ = try await client.execute(uri: "/nothing/secret", method: .get)
        }

        #expect(lines.all.filter { $0.contains("things") } == ["info GET /things/{id} 403 ms=7"], "\(lines.all)")
        #expect(!lines.all.joined().contains("secret"))
        #expect(lines.all.count { $0.contains(" 404") } == 1)
    }
}

private final class Lines: Sendable {
    private let state = Mutex<[String]>([])
    var all: [String] { state.withLock { $0 } }
    func add(_ line: String) { state.withLock { $0.append(line) } }
}

private struct Recorder: LogHandler {
    let lines: Lines
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    init(lines: Lines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.add("\(event.level) \(event.message) ms=\(event.metadata?["ms"] ?? "-")")
    }
}
