import Core
import Foundation
import TestSupport
import Testing

extension OneCLIServer {
    /// The first page, as a browser asks for it.
    struct HomeTests {
        @Test func `it says what this is, how its parts are, and how to start without JavaScript`() async throws {
            let server = try OneCLIServer.server()

            let page = try await server.anybody.get("/")

            #expect(page.status == 200)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            for text in [
                "Darkroom", "Database", "Files", "sandbox, not AI", "in this process", "/api/kinds", "/health/ready",
                "<noscript>",
            ] {
                #expect(page.text.contains(text))
            }
            #expect(page.text.contains("URL=\(server.url)"))
            #expect(page.text.contains("darkroom generate"))
        }

        /// What the page shows below *With curl*, as a browser copies it.
        private func script(_ server: CLIServer) async throws -> String {
            let page = try await server.anybody.get("/").text
            let code = try #require(page.firstMatch(of: /<code id="curl">((?s).*?)<\/code>/)).output.1
            return String(code).replacing("&gt;", with: ">").replacing("&lt;", with: "<")
                .replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
        }

        /// Typed again where it was refused because other tests sign up at the same time.
        private func type(_ script: String, in folder: TemporaryFolder, as name: String) async throws -> ChildProcess {
            let (time, end) = (Time.system, Time.system.now() + TestBound.wait)
            var number = 0
            while true {
                number += 1
                let shell = try await ChildProcess.start(
                    URL(filePath: "/bin/sh"), ["-c", script], folder: folder.path,
                    log: "\(folder.path)/\(name)-\(number)")
                _ = await shell.exit()
                guard shell.errors.contains("over_request_rate_limit"), time.now() < end else { return shell }
                try await time.sleep(.milliseconds(200))
            }
        }

        @Test func `what it tells to type into a shell works as it is copied, again and again`() async throws {
            let server = try OneCLIServer.server()
            let script = try await script(server)
            let folder = try TemporaryFolder()

            for run in 1...2 {
                let shell = try await type(script, in: folder, as: "run-\(run)")

                #expect(await shell.exit() == 0, "\(shell.output)\(shell.errors)")
                #expect(shell.output.contains("event: completed") && shell.errors.isEmpty, "\(shell.errors)")
                let image = try Data(contentsOf: URL(filePath: "\(folder.path)/dress.png"))
                #expect(image.starts(with: [0x89, 0x50, 0x4E, 0x47]), "a PNG")
                try FileManager.default.removeItem(atPath: "\(folder.path)/dress.png")
            }
        }

        @Test func `what is refused ends what is typed, with the server's message`() async throws {
            let server = try OneCLIServer.server()
            let script = try await script(server).replacing("correct horse", with: "short")
            let folder = try TemporaryFolder()

            let shell = try await type(script, in: folder, as: "refused")

            #expect(await shell.exit() != 0)
            #expect(shell.errors.contains("weak_password") && shell.output.isEmpty, "\(shell.output)\(shell.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/dress.png"))
        }

        @Test func `it says where a key for another machine comes from`() async throws {
            let page = try await OneCLIServer.server().anybody.get("/").text

            #expect(page.contains("<code>darkroom admin create-key EMAIL</code>"))
        }

        @Test func `who comes back from a pay page sees the result, and nobody else does`() async throws {
            let server = try OneCLIServer.server()

            #expect(
                try await server.anybody.get("/?checkout=done").text
                    .contains("Credits are added when the payment arrives"))
            #expect(
                try await server.anybody.get("/?checkout=cancelled").text.contains("you were not charged"))
            for path in ["/", "/?checkout=%3Cb%3E"] {
                let page = try await server.anybody.get(path).text
                #expect(page.contains("<p class=\"notice\" id=\"payment\" role=\"status\"></p>"))
            }
        }

        @Test func `nothing comes from elsewhere, and nothing runs inline`() async throws {
            let server = try OneCLIServer.server()

            let page = try await server.anybody.get("/")

            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("default-src 'self'"))
            #expect(!policy.contains("unsafe"))
            #expect(!page.text.contains("style="))
            #expect(!page.text.contains("onclick"))
            #expect(!page.text.contains("<style"))
            #expect(!page.text.contains("src=\"http"))
        }

        @Test func `its files are cached for good under their hash, and revalidated under their name`() async throws {
            let server = try OneCLIServer.server()
            let page = try await server.anybody.get("/").text

            for name in ["style.css", "session.js", "buy.js", "home.js", "favicon.svg"] {
                let address = try #require(page.split(separator: "\"").first { $0.hasPrefix("/public/\(name)?v=") })
                let exact = try await server.anybody.get(String(address))
                let plain = try await server.anybody.get("/public/\(name)")
                let again = try await server.anybody.get(
                    "/public/\(name)", headers: ["If-None-Match": exact.headers["etag"] ?? ""])

                #expect(exact.status == 200)
                #expect(exact.headers["cache-control"] == "public, max-age=31536000, immutable")
                #expect(plain.headers["cache-control"] == "public, no-cache")
                #expect(again.status == 304)
                #expect(again.text.isEmpty)
            }
        }

        @Test(arguments: ["/public/nothing.css", "/public/..%2Fsecrets.json", "/public/"])
        func `there is nothing else to be had there`(path: String) async throws {
            let server = try OneCLIServer.server()

            #expect(try await server.anybody.get(path).status == 404)
        }

        @Test func `every field has a label, and what changes is announced`() async throws {
            let page = try await OneCLIServer.server().anybody.get("/").text

            for id in [
                "sign-in-email", "sign-in-password", "sign-up-email", "sign-up-password", "prompt", "resolution",
                "quality", "numImages", "endpoint",
            ] {
                #expect(page.contains("id=\"\(id)\""))
                #expect(page.contains("<label for=\"\(id)\">"))
            }
            #expect(page.contains("role=\"alert\""))
            #expect(page.contains("role=\"status\""))
            #expect(page.contains("lang=\"en\""))
        }

        @Test func `where nobody can sign up, the page offers it to nobody`() async throws {
            let server = try await CLIServer(environment: ["DARKROOM_SIGN_UP": "closed"])

            let page = try await server.anybody.get("/").text

            #expect(!page.contains("Create an account") && !page.contains("/auth/v1/signup"))
            #expect(page.contains("# From: darkroom admin create-key"))
            #expect(page.contains("Sign in"))
        }
    }
}
