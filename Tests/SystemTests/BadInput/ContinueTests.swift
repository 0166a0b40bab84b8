import Core
import Testing
import TestSupport

extension OneServer {
    /// Clients that ask before they send a body, as curl does: `Expect: 100-continue`. None of them sends one here
    /// before it is told to, so whatever comes before has come without it.
    struct ContinueTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        /// Which body is sent, and how the response to all of it begins.
        struct Case: Sendable, CustomTestStringConvertible {
            let path: String
            let head: String
            let body: String
            let status: Int

            var testDescription: String { "\(path): \(head)" }
        }

        private static let job = #"{"prompt": "a red dress"}"#

        @Test(arguments: [
            Case(path: "/api/estimate", head: "Content-Length: \(job.utf8.count)", body: job, status: 200),
            Case(
                path: "/api/estimate", head: "Transfer-Encoding: chunked",
                body: "\(String(job.utf8.count, radix: 16))\r\n\(job)\r\n0\r\n\r\n", status: 200),
            // What is no picture is known by its bytes.
            Case(path: "/api/assets?name=a.png", head: "Content-Length: 5", body: "hello", status: 415),
            Case(path: "/auth/v1/token?grant_type=password", head: "Content-Length: 5", body: "hello", status: 400),
        ], ["100-continue", "100-Continue"])
        func `a body that is read is asked for once`(_ request: Case, expect: String) async throws {
            let connection = try await open(request.path, "Expect: \(expect)\r\n\(request.head)")

            #expect(try await connection.response() == "HTTP/1.1 100 Continue\r\n\r\n")
            await connection.send(request.body)
            let all = try await connection.whole()

            #expect(connection.isClosed)
            let heads = all.components(of: "HTTP/1.1 ")
            #expect(heads.count == 2 && heads.last?.hasPrefix("\(request.status) ") == true, "\(all)")
        }

        @Test(arguments: [
            ("/api/generate", false, "Content-Length: 25", "401 "),
            ("/api/assets?name=a.png", false, "Transfer-Encoding: chunked", "401 "),
            ("/api/generate", true, "Content-Length: 99999999", "413 "),
            ("/api/estimate", true, "Content-Length: 99999999", "413 "),
            ("/api/assets?name=a.png", true, "Content-Length: 99999999", "413 "),
            ("/auth/v1/signup", false, "Content-Length: 99999999", "413 "),
            ("/api/generate", true, "Content-Length: 25\r\nContent-Encoding: gzip", "415 "),
            ("/api/assets?name=a.png", true, "Content-Length: 25\r\nContent-Encoding: gzip", "415 "),
            ("/api/jobs", true, "Content-Length: 25", "405 "), ("/api/nothing", true, "Content-Length: 25", "404 "),
        ])
        func `a body that is refused anyway is not asked for`(
            _ path: String, _ isSignedIn: Bool, _ head: String, _ expected: String
        ) async throws {
            let connection = try await open(path, "Expect: 100-continue\r\n\(head)", isSignedIn: isSignedIn)

            let response = try await connection.response()

            #expect(response.hasPrefix("HTTP/1.1 " + expected), "\(response)")
        }

        @Test func `a client of HTTP 1 0 is told nothing before its response`() async throws {
            let connection = try await RawConnection(port: server.port)
            await connection.send("""
                POST /auth/v1/token?grant_type=password HTTP/1.0\r\nExpect: 100-continue\r\n\
                Content-Length: 5\r\n\r\nhello
                """)

            let all = try await connection.whole()

            #expect(connection.isClosed && all.hasPrefix("HTTP/1.0 400 "), "\(all)")
            #expect(all.components(of: "HTTP/1.").count == 1, "\(all)")
        }

        /// With a head that has been sent, and no body.
        private func open(_ path: String, _ head: String, isSignedIn: Bool = true) async throws -> RawConnection {
            let connection = try await RawConnection(port: server.port)
            let user = isSignedIn ? try await server.account() : nil
            let bearer = (user?.bearer).map { "Authorization: Bearer \($0)\r\n" } ?? ""
            await connection.send(
                "POST \(path) HTTP/1.1\r\nHost: x\r\n\(bearer)Connection: close\r\n\(head)\r\n\r\n")
            return connection
        }
    }
}

extension String {
    /// What follows each mark.
    fileprivate func components(of mark: String) -> [Substring] { Array(split(separator: mark)) }
}
