import Core
import Crypto
import Foundation
import Testing
import TestSupport

extension OneServer {
    struct FileLinkTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        @Test func `a link that was changed or has expired opens nothing`() async throws {
            let user = try await server.account()
            let mine = try await user.send("POST", "/api/assets", bytes: Sample.png())
            let other = try await user.send("POST", "/api/assets", bytes: Sample.png(100, 100))
            let link = try #require(mine["url"]?.string)
            let path = try #require(link.split(separator: "?").first)
            let otherPath = try #require(other["url"]?.string?.split(separator: "?").first)

            #expect(try await server.anybody.get(link).status == 200)
            for (changed, code) in [
                (link.replacing("expires=1", with: "expires=2"), "link_invalid"),
                (link.replacing("signature=", with: "signature=A"), "link_invalid"),
                (link.replacing(path, with: otherPath), "link_invalid"),
                (link + "&download=evil.html", "link_invalid"),
                (String(path), "link_invalid"),
                (try await expired(path), "link_expired"),
            ] {
                let response = try await server.anybody.get(changed)
                #expect(response.status == 403 && response.code == code, "\(changed): \(response.text)")
            }
        }

        @Test(arguments: [
            "/files/../../../../etc/passwd", "/files/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "/files/..%2f..%2fdarkroom.sqlite",
            "/files/uploads/../../secrets.json", "/files//etc/passwd", "/files/uploads/%00", "/files/",
            "/files/..\\..\\secrets.json",
        ])
        func `no path leads out of the files`(_ path: String) async throws {
            let connection = try await RawConnection(port: server.port)

            await connection.send("""
                GET \(path)?expires=9999999999&signature=\(String(repeating: "A", count: 43)) HTTP/1.1\r\nHost: \
                x\r\n\r\n
                """)
            let response = try await connection.response()

            #expect(["HTTP/1.1 403", "HTTP/1.1 404", "HTTP/1.1 400"].contains { response.hasPrefix($0) }, "\(response)")
            #expect(
                !response.contains("root:") && !response.contains("signingKeys") && !response.contains("SQLite format"))
        }

        /// As the server would have made it a day ago: by its own secret.
        private func expired(_ path: Substring) async throws -> String {
            let yesterday = FakeTime(now: Time.system.now() - .seconds(86_400))
            let secrets = try await server.secrets()
            let links = FileLinks(
                secret: secrets.key(for: .signedLinks).withUnsafeBytes { Array($0) }, publicURL: server.url,
                time: yesterday.time)
            let key = try #require(StorageKey(checking: path.split(separator: "/files/", maxSplits: 1)[1]))
            return links.link(to: key, .epoch(0)).url
        }
    }
}
