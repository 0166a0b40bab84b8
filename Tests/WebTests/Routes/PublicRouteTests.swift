import Core
import HTTPTypes
import Hummingbird
import SQL
import TestSupport
import Testing
@testable import Web

/// What needs no account: the first page and its files, the catalog, health.
struct PublicRouteTests {
    @Test func `the kinds are listed with their parameters and endpoints, in their order`() async throws {
        try await AuthWorld.run { world in
            let response = try await world.send(.get, "/api/kinds")
            let kinds = response["kinds"]?.array ?? []
            let names = kinds.compactMap { $0["name"]?.string }

            #expect(response.status == 200 && names == names.sorted() && names.contains("text_to_image"))
            for kind in kinds {
                let endpoints = kind["endpoints"]?.array ?? []
                #expect(endpoints.first?["id"] == kind["defaultEndpoint"])
                let others = endpoints.dropFirst().compactMap { $0["complexity"]?.string.flatMap(Double.init) }
                #expect(others == others.sorted() && others.count == endpoints.count - 1, "the cheaper ones first")
                #expect(endpoints.allSatisfy { $0["complexity"]?.string != nil && $0["cost"] == nil }, "costs are ours")
                #expect(kind["parameters"]?.array?.allSatisfy { $0["name"]?.string != nil } == true)
            }
        }
    }

    @Test func `the first page names its files by their contents, and allows no script in itself`() async throws {
        try await AuthWorld.run { world in
            let page = try await world.send(.get, "/")
            #expect(page.status == 200 && page.header("Content-Type") == "text/html; charset=utf-8")
            #expect(page.header("Content-Security-Policy")?.contains("default-src 'self'") == true)
            #expect(page.header("Content-Security-Policy")?.contains("unsafe") == false)
            #expect(!page.text.contains("<script>") && !page.text.contains("{{"))

            for name in ["style.css", "session.js", "buy.js", "home.js", "favicon.svg"] {
                let quoted = page.text.split(separator: "\"")
                let address = try #require(quoted.first { $0.contains("/public/\(name)?v=") })
                let file = try await world.send(.get, String(address))
                let tag = try #require(file.header("ETag"))
                #expect(file.status == 200 && !file.text.isEmpty)
                #expect(file.header("Cache-Control") == "public, max-age=31536000, immutable")

                let plain = try await world.send(.get, "/public/\(name)")
                #expect(plain.header("Cache-Control") == "public, no-cache" && plain.text == file.text)
                let old = try await world.send(.get, "/public/\(name)?v=0000000000000000")
                #expect(old.header("Cache-Control") == "public, no-cache", "an older page's address is not for good")
                let cached = try await world.send(.get, String(address), headers: ["If-None-Match": tag])
                #expect(cached.status == 304 && cached.text.isEmpty && cached.header("ETag") == tag)
            }
        }
    }

    @Test(arguments: ["nothing", "..%2f..%2fetc%2fpasswd", "style.css%00", "Style.css", ".", "%2e%2e"])
    func `a file that is not the page's is not there`(name: String) async throws {
        try await AuthWorld.run { world in
            let response = try await world.send(.get, "/public/\(name)")
            #expect(response.status == 404 && ["not_found", "route_not_found"].contains(response.code ?? ""))
        }
    }

    @Test(arguments: [
        ("done", "Credits are added when"), ("cancelled", "you were not charged"), ("<script>", nil), ("", nil),
    ])
    func `after a payment the page claims nothing that an address cannot prove, and repeats nothing of it`(
        end: String, text: String?
    ) async throws {
        try await AuthWorld.run { world in
            let query = end.replacing("<", with: "%3C").replacing(">", with: "%3E")
            let page = try await world.send(.get, "/?checkout=\(query)")

            #expect(page.status == 200 && page.text.contains("id=\"payment\" role=\"status\"></p>") == (text == nil))
            if let text { #expect(page.text.contains(text)) }
            #expect(!page.text.contains("<script>"))
        }
    }

    @Test func `where sign-up is closed the page offers none`() async throws {
        for (mode, offers) in [(SignUp.Mode.open, true), (.invite, false), (.closed, false)] {
            try await AuthWorld.run(mode: mode) { world in
                let page = try await world.send(.get, "/")
                #expect(page.text.contains("id=\"sign-up\"") == offers)
            }
        }
    }

    @Test func `where payments are not set up the page sells nothing`() async throws {
        try await AuthWorld.run { world in
            let page = try await world.send(.get, "/")
            #expect(page.status == 200 && !page.text.contains("Buy") && !page.text.contains("id=\"buy\""))
        }
    }

    @Test func `packs and plans for sale are on the page with their prices, and nothing of them is markup`(
    ) async throws {
        try await PaymentWorld.run { world in
            try await world.fixture.database.write(order: .alone) { transaction in
                try transaction.execute(
                    "UPDATE packs SET title = '<b>Big</b>', price = 500, currency = 'jpy' WHERE name = 'small'")
                try transaction.execute("UPDATE packs SET retired_at = 0 WHERE name = 'medium'")
            }
            let page = try await world.send(.get, "/", text: nil, bearer: nil)

            for text in [
                "500 JPY", "&lt;b&gt;", "data-pack=\"small\"", "data-plan=\"basic\"", "19.00 USD a month",
                "500.00 credits a month, 1 job at a time",
                "While you have bought credits left, your limit is 2 jobs at a time, 60 an hour, unless your plan",
            ] {
                #expect(page.text.contains(text), "\(text)")
            }
            for text in ["<b>Big", "data-pack=\"medium\"", "data-plan=\"free\"", "data-plan=\"pay_as_you_go\""] {
                #expect(!page.text.contains(text), "\(text)")
            }
        }
    }

    @Test func `a server that shuts down lives, and is not ready`() async throws {
        let fixture = try await AppFixture()
        let readiness = Readiness()
        let check = ReadinessCheck(
            database: fixture.database, store: fixture.app.files.store, readiness: readiness, time: fixture.clock.time)

        #expect(await check()["server"] == "ok")
        readiness.shutDown()
        readiness.shutDown()

        #expect(await check() == ["server": "shutting down", "database": "ok", "files": "ok"])
    }

    @Test func `health says the version and each part, and changes with neither method nor credential`() async throws {
        try await AuthWorld.run { world in
            let live = try await world.send(.get, "/health/live", bearer: "nonsense")
            let ready = try await world.send(.get, "/health/ready")
            let head = try await world.send(.head, "/health/ready")

            #expect(live["status"] == "ok" && live["version"] == "0.0.0")
            #expect(ready.status == 200 && ready["parts"] == ["database": "ok", "files": "ok", "server": "ok"])
            #expect(head.status == 200 && head.text.isEmpty)
            #expect(try await world.send(.post, "/health/ready").status == 405)
        }
    }

    @Test func `where payments are not set up a webhook of theirs is refused without being read`() async throws {
        try await AuthWorld.run { world in
            let response = try await world.send(.post, "/api/stripe/webhook", text: "{}")
            #expect(response.status == 503 && response.code == "billing_not_configured")
            let unknown = try await world.send(.post, "/api/webhooks/nobody/token", text: "{}")
            #expect(unknown.status == 404 && unknown.code == "webhook_unknown_token")
        }
    }

    @Test func `every address of an account needs one, and an administrator's an administrator`() async throws {
        let fixture = try await AppFixture()
        let routes = WebApplication(fixture.app, .init(version: "0.0.0")).router().routes
            .map { (path: $0.path.description, method: $0.method) }
            .filter { $0.path.hasPrefix("/api/") && $0.method != .head }
        let open: Set<String> = [
            "/api/kinds", "/api/billing/packs", "/api/webhooks/{provider}/{token}", "/api/stripe/webhook",
            "/api/provenance/check",
        ]
        #expect(Set(routes.map { $0.path }).count > 30 && open.isSubset(of: Set(routes.map { $0.path })))

        try await AuthWorld.run { world in
            let stranger = try await world.signUp()
            for (path, method) in routes where !open.contains(path) {
                let uri = path.split(separator: "/").map { $0.hasPrefix("{") ? "x" : $0 }.joined(separator: "/")
                let response = try await world.send(method, "/" + uri)
                #expect([401, 405].contains(response.status), "\(method) \(path): \(response.status)")
                guard response.status == 401, path.hasPrefix("/api/admin/") else { continue }
                let other = try await world.send(method, "/" + uri, bearer: stranger.accessToken)
                #expect(other.status == 403 && other.code == "admin_required", "\(method) \(path)")
            }
        }
    }
}
