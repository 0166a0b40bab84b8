import Core
import Testing
import TestSupport

extension OneServer {
    /// HTTP itself: what is no request, methods and addresses that there are not, and what every response carries.
    struct ConnectionTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        @Test(arguments: [
            "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Huge: \(String(repeating: "a", count: 40_000))\r\n\r\n",
            "GET /health/live HTTP/1.1\r\nHost: x\r\n\((0..<300).map { "X-\($0): a\r\n" }.joined())\r\n",
            "GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\nHost: x\r\n\r\n",
            "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
            "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            "POST /api/generate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        ])
        func `what is no request, or too much of one, is refused and harms nobody`(_ text: String) async throws {
            let connection = try await RawConnection(port: server.port)

            await connection.send(text)
            let response = try await connection.response()

            #expect(
                response.hasPrefix("HTTP/1.1 4") || response.hasPrefix("HTTP/1.0 4")
                    || (response.isEmpty && connection.isClosed), "\(response)")
            #expect(try await server.anybody.get("/health/live").status == 200)
        }

        @Test(arguments: [
            "/auth/v1/signup", "/auth/v1/token?grant_type=password", "/api/webhooks/fal/x", "/api/generate",
            "/api/keys", "/api/assets", "/api/estimate",
        ], [
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: xchunked\r\n\r\n{}",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}", "Content-Length: 50\r\n\r\n{",
        ])
        func `a body that its client broke or cut short is no error of the server, on any route`(
            _ path: String, _ rest: String
        ) async throws {
            let user = try await server.account()
            let id = "broken-\(ID<APIUser>.random())"
            let connection = try await RawConnection(port: server.port)

            await connection.send("""
                POST \(path) HTTP/1.1\r\nHost: x\r\nX-Request-Id: \(id)\r\n\
                Authorization: Bearer \(user.bearer ?? "")\r\n\(rest)
                """)
            await connection.finish()
            let response = try await connection.whole()

            #expect(response.hasPrefix("HTTP/1.1 400 "), "\(response)")
            #expect(response.contains("\"code\":\"bad_request\""), "\(response)")
            let lines = server.log.split(separator: "\n").filter { $0.contains(id) }
            #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(" info ") }, "\(lines)")
            #expect(try await Traces(of: user, on: server) == .none)
        }

        @Test func `those who send slowly, or nothing, keep no other client waiting`() async throws {
            let user = try await server.account()
            var slow: [RawConnection] = []
            for index in 0..<50 {
                let connection = try await RawConnection(port: server.port)
                if index % 2 == 0 {
                    await connection.send(
                        """
                            POST /api/generate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \
                            \(user.bearer ?? "")\r\nContent-Length: 100\r\n\r\n{\"prompt\"
                            """)
                }
                slow.append(connection)
            }

            let job = try await user.end(of: user.submit("a red dress"))

            #expect(job.status == "completed")
            #expect(slow.allSatisfy { !$0.isClosed }, "they have their idle time yet")
            #expect(try await Traces(of: user, on: server).jobs == 1)
        }

        @Test(arguments: [
            ("PUT", "/api/generate", "POST"), ("DELETE", "/api/jobs", "GET, HEAD"),
            ("POST", "/health/live", "GET, HEAD"),
            ("PUT", "/api/jobs/01900000-0000-7000-8000-000000000000", "GET, HEAD, DELETE"),
            ("GET", "/api/webhooks/fal/x", "POST"),
        ])
        func `a method that an address does not take is refused, with those that it takes`(
            _ method: String, _ path: String, _ allowed: String
        ) async throws {
            let response = try await server.anybody.send(method, path)
            #expect(
                response.status == 405 && response.code == "method_not_allowed" && response.headers["allow"] == allowed,
                "\(response.text)")
        }

        @Test(arguments: [
            "/api/nothing", "/api/generate/a/b/c", "/nothing/at/all", "/api//jobs/x/y", "/.env", "/API/GENERATE",
        ])
        func `an address that there is not says so in JSON`(_ path: String) async throws {
            let user = try await server.account()
            for method in ["GET", "POST", "DELETE"] {
                let response = try await user.send(method, path)
                #expect(
                    response.status == 404 && response.code == "route_not_found",
                    "\(method): \(response.status) \(response.text)")
            }
        }

        @Test func `every response carries its request's id and the headers that keep browsers safe`() async throws {
            let user = try await server.account()
            let file = try await user.send("POST", "/api/assets", bytes: Sample.png())["url"]?.string ?? ""
            let responses = [
                try await user.get("/api/jobs"), try await user.get("/api/nothing"),
                try await server.anybody.get("/api/jobs"),
                try await user.get(file), try await user.get(file + "x"), try await user.send("PUT", "/api/jobs"),
                try await user.send("POST", "/api/generate", bytes: Array("{".utf8)),
                try await user.send("POST", "/api/keys", bytes: [UInt8](repeating: 32, count: 300_000)),
                try await server.anybody.get("/auth/v1/user"), try await server.anybody.get("/health/ready"),
            ]

            #expect(responses.map(\.status) == [200, 404, 401, 200, 403, 405, 400, 413, 401, 200])
            for response in responses {
                #expect(response.headers["x-request-id"]?.isEmpty == false, "\(response.headers)")
                #expect(response.headers["x-content-type-options"] == "nosniff", "\(response.headers)")
                #expect(
                    response.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true,
                    "\(response.headers)")
                #expect(
                    response.headers["x-frame-options"] == "DENY"
                        && response.headers["referrer-policy"] == "no-referrer", "\(response.headers)")
                #expect(response.headers["cache-control"] != nil, "\(response.status) \(response.text)")
            }
        }

        @Test func `HEAD returns what GET does, without the body`() async throws {
            let user = try await server.account()
            let file = try await user.send("POST", "/api/assets", bytes: Sample.png(padding: 5000))["url"]?.string ?? ""

            for path in ["/health/live", "/api/jobs", file] {
                let (get, head) = (try await user.get(path), try await user.send("HEAD", path))
                #expect(head.status == 200 && head.bytes.isEmpty, "\(path)")
                #expect(
                    head.headers["content-length"] == get.headers["content-length"]
                        && head.headers["etag"] == get.headers["etag"], "\(path)")
            }
            #expect(try await server.anybody.send("HEAD", "/api/jobs").status == 401)
        }

        @Test func `a request's id is the user's where it is a proper one`() async throws {
            #expect(
                try await server.anybody.get("/health/live", headers: ["x-request-id": "my-request.1"]).headers[
                    "x-request-id"] == "my-request.1")
            let forged = try await server.anybody.get("/health/live", headers: ["x-request-id": "a b\"c"])
            #expect(forged.headers["x-request-id"]?.count == 36)
        }
    }
}
