import Core
import Testing
import TestSupport

extension OneServer {
    /// When a connection ends: for clients that know no other way to learn where a response does, and for those that
    /// ask for it.
    struct ConnectionEndTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        @Test(arguments: ["", "Connection: keep-alive\r\n", "Host: x\r\nConnection: close\r\n"])
        func `a client of HTTP 1 0 gets whole responses without chunks, and an end`(_ head: String) async throws {
            let user = try await server.account()
            let bearer = "Authorization: Bearer \(user.bearer ?? "")\r\n"

            for (request, body, status) in [
                ("GET /health/live", "", 200), ("GET /api/jobs", "", 200), ("GET /", "", 200),
                ("GET /api/nothing", "", 404), ("PUT /api/generate", "", 405),
                ("POST /api/estimate", #"{"prompt": "a red dress"}"#, 200),
            ] {
                let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
                let response = try await whole("\(request) HTTP/1.0\r\n\(head)\(bearer)\(length)\r\n\(body)")

                #expect(response.head.hasPrefix("http/1.0 \(status) "), "\(request): \(response.head)")
                #expect(response.head.contains("\r\nconnection: close"), "\(request): \(response.head)")
                #expect(!response.head.contains("transfer-encoding"), "\(request): \(response.head)")
                #expect(
                    response.head.contains("\r\ncontent-length: \(response.body.utf8.count)\r\n"),
                    "\(request): \(response.head)")
            }
        }

        @Test func `a client of HTTP 1 0 gets a job's events as they are, until the last`() async throws {
            let user = try await server.account()
            let id = try await user.submit("sandbox:slow=1")

            let response = try await whole("""
                GET /api/jobs/\(id)/events HTTP/1.0\r\nAuthorization: Bearer \(user.bearer ?? "")\r\n\r\n
                """)

            #expect(response.head.hasPrefix("http/1.0 200 "), "\(response.head)")
            #expect(response.head.contains("\r\nconnection: close"), "\(response.head)")
            #expect(!response.head.contains("transfer-encoding"), "\(response.head)")
            let lines = response.body.split(separator: "\n")
            #expect(lines.first == "retry: 2000", "no size of a chunk stands before it: \(response.body)")
            let ids = lines.filter { $0.hasPrefix("id: ") }
            #expect(ids == ["id: 1", "id: 2", "id: 3"], "\(response.body)")
            #expect(response.body.contains("event: completed\n") && response.body.hasSuffix("\n\n"))
        }

        @Test(arguments: [
            "Connection: close", "Connection: Close", "connection: CLOSE", "Connection: close, TE",
            "Connection: TE , Close", "Connection: keep-alive, close", "Connection: TE\r\nConnection: Close",
        ])
        func `a client that wants an end gets it, however it says so`(_ header: String) async throws {
            let user = try await server.account()
            for path in ["/health/live", "/api/jobs", "/api/nothing"] {
                let response = try await whole("""
                    GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(user.bearer ?? "")\r\n\(header)\r\n\r\n
                    """)
                #expect(response.head.hasPrefix("http/1.1 "), "\(response.head)")
                #expect(response.head.contains("\r\nconnection: close"), "\(response.head)")
            }
        }

        @Test(arguments: ["", "Connection: keep-alive\r\n", "Connection: TE\r\n"])
        func `other clients use their connection again`(_ header: String) async throws {
            let connection = try await RawConnection(port: server.port)
            let request = "GET /health/live HTTP/1.1\r\nHost: x\r\n"

            await connection.send(request + header + "\r\n")
            let first = try await connection.response()
            await connection.send(request + "Connection: close\r\n\r\n")
            let both = try await connection.whole()

            #expect(!first.lowercased().contains("connection: close"), "\(first)")
            #expect(both.split(separator: "HTTP/1.1 200 OK").count == 2, "\(both)")
        }

        /// The response to a request, after whose end the server has ended the connection. The head in lower case.
        private func whole(_ request: String) async throws -> (head: String, body: String) {
            let connection = try await RawConnection(port: server.port)
            await connection.send(request)
            let text = try await connection.whole()
            try #require(connection.isClosed, "the connection is open yet: \(text)")
            let end = try #require(text.firstRange(of: "\r\n\r\n"), "no head: \(text)")
            return (text[..<end.lowerBound].lowercased() + "\r\n", String(text[end.upperBound...]))
        }
    }
}
