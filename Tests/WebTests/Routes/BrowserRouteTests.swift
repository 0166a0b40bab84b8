import HTTPTypes
import TestSupport
import Testing
@testable import Web

/// What browsers and robots request of every site, and what a person sees at a wrong address.
struct BrowserRouteTests {
    private static let browser = ["Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"]

    @Test func `an icon and a file for robots are where every site has them`() async throws {
        try await AuthWorld.run { world in
            let icon = try await world.send(.get, "/favicon.ico")
            let robots = try await world.send(.get, "/robots.txt")
            let again = try await world.send(
                .get, "/favicon.ico", headers: ["If-None-Match": icon.header("ETag") ?? ""])

            #expect(icon.status == 200 && icon.header("Content-Type") == "image/svg+xml" && icon.text.contains("<svg"))
            #expect(again.status == 304)
            #expect(robots.status == 200 && robots.header("Content-Type") == "text/plain; charset=utf-8")
            let allowed = ["/$", "/check", "/s/", "/public/"].map { "Allow: \($0)\n" }.joined()
            #expect(robots.text == "User-agent: *\n\(allowed)Disallow: /\n")
        }
    }

    @Test func `a wrong address is a page in a browser, and an error for a program`() async throws {
        try await AuthWorld.run { world in
            for path in ["/nothing", "/docs/index.html", "/public/none.css", "/api-keys"] {
                let page = try await world.send(.get, path, headers: Self.browser)
                let error = try await world.send(.get, path, headers: ["Accept": "application/json, */*"])

                #expect(page.status == 404 && page.header("Content-Type") == "text/html; charset=utf-8", "\(path)")
                #expect(page.text.contains("There is no such page.") && page.text.contains("<a href=\"/\">"))
                #expect(!page.text.contains("{{") && !page.text.contains(path) && !page.text.contains("<script"))
                #expect(page.header("Content-Security-Policy")?.contains("default-src 'self'") == true)
                for response in [page, error] { #expect(response.header("Vary")?.contains("Accept") == true) }
                #expect(error.status == 404 && error.code?.hasSuffix("not_found") == true, "\(path)")
            }
        }
    }

    @Test func `below the addresses of programs an error is JSON for everybody`() async throws {
        try await AuthWorld.run { world in
            for path in ["/api/nothing", "/api", "/auth/v1/nothing", "/files/nothing", "/health/nothing"] {
                let response = try await world.send(.get, path, headers: Self.browser)

                // A link without its signature is a link that was changed.
                #expect(response.status == (path.hasPrefix("/files") ? 403 : 404), "\(path)")
                #expect(response.code != nil, "\(path)")
                #expect(response.header("Content-Type")?.hasPrefix("application/json") == true, "\(path)")
            }
            let posted = try await world.send(.post, "/nothing", headers: Self.browser)
            #expect(posted.status == 404 && posted.code == "route_not_found", "no page was asked for")
        }
    }

    @Test func `a response in JSON ends with one line end, an error and a stored response too`() async throws {
        try await AuthWorld.run { world in
            for path in ["/api/kinds", "/health/live", "/auth/v1/settings", "/api/jobs", "/nothing"] {
                let text = try await world.send(.get, path).text
                #expect(text.hasSuffix("}\n") && !text.hasSuffix("\n\n"), "\(path): \(text.suffix(20))")
            }
        }
    }
}
