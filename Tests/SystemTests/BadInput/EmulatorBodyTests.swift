import AsyncHTTPClient
import Foundation
import Testing
import TestSupport

extension OneCLIServer {
    /// Bodies that a caller breaks or cuts short, at the emulators that run beside the server.
    struct EmulatorBodyTests {
        private static let bodies = [
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: xchunked\r\n\r\n{}",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}", "Content-Length: 50\r\n\r\n{",
        ]

        private let server: CLIServer

        init() throws { server = try OneCLIServer.server() }

        private func response(to head: String, _ body: String, on port: Int) async throws -> String {
            let connection = try await RawConnection(port: port)
            await connection.send("\(head)\r\nHost: 127.0.0.1\r\n\(body)")
            await connection.finish()
            return try await connection.whole()
        }

        @Test(arguments: EmulatorBodyTests.bodies)
        func `the Stripe emulator calls a broken body the caller's error`(body: String) async throws {
            let user = try server.stripeUser()
            let port = try #require(URL(string: user.url)?.port)

            for path in ["/v1/customers", "/pay/cs_test_x"] {
                let head = "POST \(path) HTTP/1.1\r\nAuthorization: Bearer \(user.bearer ?? "")"
                let response = try await response(to: head, body, on: port)

                #expect(response.hasPrefix("HTTP/1.1 400 "), "\(path): \(response)")
                #expect(response.contains("\"type\":\"invalid_request_error\""), "\(path): \(response)")
            }
            #expect(!server.log.contains("request to the Stripe emulator failed"))
            #expect(try await user.get("/v1/customers?limit=1").status == 200)
        }

        @Test func `the sandbox calls a broken body the caller's error`() async throws {
            let sandbox = try await RunningSandbox()
            for body in Self.bodies {
                for path in ["/fal-ai/flux/schnell", "/storage/upload/initiate?storage_type=fal-cdn-v3"] {
                    let head = "POST \(path) HTTP/1.1\r\nAuthorization: Key any:key"
                    let response = try await response(to: head, body, on: sandbox.port)

                    #expect(response.hasPrefix("HTTP/1.1 400 "), "\(path), \(body): \(response)")
                    #expect(response.contains("x-fal-error-type: bad_request"), "\(path), \(body): \(response)")
                }
            }
            #expect(try await sandbox.requests(by: .shared) == [])
            await sandbox.stop()
        }
    }
}
