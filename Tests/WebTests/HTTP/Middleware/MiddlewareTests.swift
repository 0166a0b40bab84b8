import Core
import Edge
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
        origins: AppOrigins = .none, isSecure: Bool = false, logger: Logger? = nil,
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLogMiddleware(time: clock.time, isSecure: isSecure))
        router.add(middleware: CrossOriginMiddleware(origins: origins))
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: BodyMiddleware())
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
        router.get("/public/:name") { _, context in
            guard context.parameters.get("name") == "style.css" else { throw HTTPError(.notFound) }
            return "style"
        }
        router.post("/large") { _, _ in "post" }
        let coded = APIRoutes(router.group("/api"))
        coded.post("/read") { request, _ in .json(try await request.json()) }
        coded.post("/unread") { _, _ in .json(true) }
        let auth = router.group("/auth").add(middleware: AuthErrorMiddleware(under: "/auth"))
            .add(middleware: ContentCodingMiddleware())
        auth.post("/read") { request, _ in Response.json(try await request.authBody()) }
        auth.post("/broken") { _, _ -> Response in throw BrokenBody() }
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

    @Test func `browsers come back over TLS where there is TLS, and only there`() async throws {
        for isSecure in [true, false] {
            try await test(isSecure: isSecure) { client in
                for path in ["/ok", "/none", "/crash"] {
                    let header = try await client.execute(uri: path, method: .get).headers[.strictTransportSecurity]
                    #expect(header == (isSecure ? "max-age=31536000" : nil), "\(path)")
                }
            }
        }
    }

    @Test func `a coded body is refused by its coding where it is read, in each surface's shape`() async throws {
        try await test { client in
            let body = ByteBuffer(string: "{}")
            for (path, code) in [("/api/read", "error"), ("/auth/read", "error_code")] {
                let refused = try await client.execute(
                    uri: path, method: .post, headers: [.contentEncoding: "gzip"], body: body)
                #expect(refused.status == .unsupportedMediaType && refused.headers[.acceptEncoding] == "identity")
                let found = try refused.json[code]
                #expect((found?["code"] ?? found) == "content_encoding_unsupported", "\(path)")
                #expect(String(buffer: refused.body).contains("'gzip'"))
                let plain = try await client.execute(
                    uri: path, method: .post, headers: [.contentEncoding: "identity"], body: body)
                #expect(plain.status == .ok && plain.headers[.acceptEncoding] == nil)
            }
            let unread = try await client.execute(uri: "/api/unread", method: .post, headers: [.contentEncoding: "br"])
            #expect(unread.status == .ok, "nothing is decoded")
        }
    }

    @Test func `a body that its client broke is no failure of the server, in Supabase's shape too`() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        try await test(logger: logger) { client in
            let broken = try await client.execute(uri: "/auth/broken", method: .post)
            #expect(broken.status == .badRequest && broken.headers[.connection] == "close")
            #expect(try broken.json["error_code"] == "bad_request")
            // Less than its length says.
            let short = try await client.execute(uri: "/api/read", method: .post, headers: [.contentLength: "50"])
            #expect(short.status == .badRequest && short.headers[.connection] == "close")
            #expect(try short.errorCode == "bad_request")
        }
        #expect(lines.all.allSatisfy { $0.hasPrefix("info ") }, "\(lines.all)")
        #expect(lines.all.count == 3, "a line for each request, and the reason: \(lines.all)")
    }

    private static let apps = AppOrigins(listed: ["https://app.example", "https://admin.example:8443"])

    @Test func `pages of a listed origin may read everything, errors too, and learn it before`() async throws {
        try await test(origins: Self.apps) { client in
            for origin in ["https://app.example", "https://admin.example:8443"] {
                for path in ["/ok", "/things/7", "/crash", "/none"] {
                    let response = try await client.execute(uri: path, method: .get, headers: [.origin: origin])
                    #expect(response.headers[values: .accessControlAllowOrigin] == [origin], "\(path)")
                    let exposed = response.headers[.accessControlExposeHeaders]?.lowercased() ?? ""
                    for name in ["x-request-id", "retry-after", "idempotent-replayed", "etag", "location"] {
                        #expect(exposed.contains(name), "\(name)")
                    }
                }
                let before = try await client.execute(
                    uri: "/things/7", method: .options,
                    headers: [.origin: origin, .accessControlRequestMethod: "PUT"])
                #expect(before.status == .noContent && before.headers[.accessControlAllowOrigin] == origin)
                let allowed = (before.headers[.accessControlAllowHeaders] ?? "").lowercased().split(separator: ", ")
                for name in [
                    "authorization", "idempotency-key", "darkroom-account", "last-event-id", "apikey", "x-file-name",
                    "x-request-id", "if-none-match", "if-range", "range",
                ] {
                    #expect(allowed.contains(Substring(name)), "\(name)")
                }
                #expect(before.headers[.accessControlAllowMethods]?.contains("PATCH") == true)
                #expect(before.headers[.accessControlAllowCredentials] == nil, "no cookies")
                #expect(before.headers[.xContentTypeOptions] == "nosniff" && before.headers[.requestID] != nil)
            }
        }
    }

    @Test func `pages of other origins read nothing, and are told the setting`() async throws {
        for origins in [Self.apps, .none] {
            try await test(origins: origins) { client in
                for origin in ["https://evil.example", "http://app.example", "https://app.example:444", "null"] {
                    let response = try await client.execute(uri: "/ok", method: .get, headers: [.origin: origin])
                    let before = try await client.execute(
                        uri: "/ok", method: .options, headers: [.origin: origin, .accessControlRequestMethod: "GET"])

                    #expect(response.status == .ok && response.headers[.accessControlAllowOrigin] == nil)
                    #expect(response.headers[.accessControlExposeHeaders] == nil)
                    #expect(before.status == .forbidden && before.headers[.accessControlAllowOrigin] == nil)
                    #expect(try before.errorCode == "origin_not_allowed")
                    #expect(String(buffer: before.body).contains("DARKROOM_CORS_ORIGIN"))
                }
            }
        }
    }

    @Test func `a cache keeps the responses to two origins apart, also one without an origin`() async throws {
        for (origins, varies) in [(Self.apps, true), (AppOrigins(isAny: true), true), (.none, false)] {
            try await test(origins: origins) { client in
                for headers in [[:], [.origin: "https://app.example"], [.origin: "https://b.example"]] as [HTTPFields] {
                    let response = try await client.execute(uri: "/ok", method: .get, headers: headers)
                    #expect(response.headers[values: .vary].contains("Origin") == varies)
                    let expected = origins.mayCall(from: headers[.origin] ?? "null") ? headers[.origin] : nil
                    #expect(response.headers[.accessControlAllowOrigin] == expected, "the origin itself, never *")
                }
            }
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

    @Test func `the pages' own files are in the log for debugging alone, unless they are missing`() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Recorder(lines: lines, logLevel: .debug) }
        try await test(logger: logger) { client in
            for path in ["/ok", "/public/style.css", "/public/none.css"] {
                _ = try await client.execute(uri: path, method: .get)
            }
        }

        #expect(lines.all.filter { $0.contains(" GET ") }.map { String($0.prefix { $0 != "=" }) } == [
            "info GET /ok 200 ms", "debug GET /public/{name} 200 ms", "info GET /public/{name} 404 ms",
        ])
    }
}

private final class Lines: Sendable {
    private let state = Mutex<[String]>([])
    var all: [String] { state.withLock { $0 } }
    func add(_ line: String) { state.withLock { $0.append(line) } }
}

private struct Recorder: LogHandler {
    let lines: Lines
    var logLevel: Logger.Level
    var metadata = Logger.Metadata()

    init(lines: Lines, logLevel: Logger.Level = .info) {
        self.lines = lines
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.add("\(event.level) \(event.message) ms=\(event.metadata?["ms"] ?? "-")")
    }
}
