import Core
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
import Testing
@testable import Web

/// `/s/{token}`, as visitors see it.
struct SharePageTests {
    private static let html: HTTPFields = [.accept: "text/html,application/xhtml+xml,*/*;q=0.8"]
    private static let json: HTTPFields = [.accept: "application/json"]

    private static func text(_ response: TestResponse) -> String { String(buffer: response.body) }

    @Test func `the page shows the picture in fitting sizes, what made it, and a preview for links to it`(
    ) async throws {
        try await ShareWorld.run { world in
            let asset = try await world.output(size: ImageSize(width: 800, height: 1200))
            let path = try await world.share(asset)

            let page = try await world.visit(path, headers: Self.html)

            #expect(page.status == .ok && page.headers[.contentType] == "text/html; charset=utf-8")
            let text = Self.text(page)
            for part in [
                "<title>A shared picture</title>", "src=\"\(path)/file\"", "width=\"800\" height=\"1200\"",
                """
                srcset="\(path)/thumbnails/320.webp 213w, \(path)/thumbnails/640.webp 427w, \(path)/file 800w"
                """,
                "Made with AI: FLUX.1 schnell.", "A picture from words", "PNG, 800 × 1200",
                "<meta property=\"og:url\" content=\"http://localhost:8080\(path)\">",
                "<meta property=\"og:image\" content=\"http://localhost:8080\(path)/thumbnails/1280.webp\">",
                "<meta property=\"og:image:width\" content=\"800\">", "og:description", "summary_large_image",
                "<meta name=\"robots\" content=\"noindex\">", "/public/share.css?v=", "download=\"picture.png\"",
            ] {
                #expect(text.contains(part), "\(part) in \(text)")
            }
            for part in ["a red dress", "{{", "<script", "style=", "<video", "canonical"] {
                #expect(!text.contains(part), "\(part)")
            }
            for size in ["file", "thumbnails/320.webp", "thumbnails/1280.webp"] {
                #expect(text.contains("\(path)/\(size)"))
            }
        }
    }

    @Test func `its headers keep it out of caches, search engines and other pages, and it has no cookies`(
    ) async throws {
        try await ShareWorld.run { world in
            let asset = try await world.output()
            let path = try await world.share(asset)

            let page = try await world.visit(path, headers: [.cookie: "session=x"])

            #expect(page.headers[.cacheControl] == "no-store" && page.headers[.setCookie] == nil)
            #expect(page.headers[.robotsTag] == "noindex" && page.headers[.referrerPolicy] == "no-referrer")
            #expect(page.headers[.frameOptions] == "DENY" && page.headers[.xContentTypeOptions] == "nosniff")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe") && !policy.contains("script-src"))
            let head = try await world.visit(path, .head)
            #expect(head.status == .ok && head.body.readableBytes == 0 && head.headers[.robotsTag] == "noindex")

            _ = try await world.share(asset, ShareChoices(isIndexed: true))
            let listed = try await world.visit(path)
            #expect(listed.headers[.robotsTag] == nil && !Self.text(listed).contains("noindex"))
            #expect(Self.text(listed).contains("rel=\"canonical\" href=\"http://localhost:8080\(path)\""))
            #expect(try await world.visit(path + "/file").headers[.robotsTag] == nil)
        }
    }

    @Test func `neither page nor file nor any header has an id of the account, user, job or asset, or a name`(
    ) async throws {
        try await ShareWorld.run { world in
            let bytes = try FilesFixture.picture(900, 600)
            let asset = try await world.output(bytes, size: ImageSize(width: 900, height: 600))
            let path = try await world.share(asset, ShareChoices(showsPrompt: true, isIndexed: true))
            let job = try #require(asset.job)
            let user = try #require(world.actor.user)
            var secrets = [asset.id.rawValue, job.rawValue, world.actor.account.rawValue, user.rawValue]
            secrets += secrets.map { $0.replacing("-", with: "") } + ["Smith", "ada@", asset.key.description]

            for path in [path, path + "/file", path + "/thumbnails/320.webp", path + "/thumbnails/1280.webp"] {
                for method in [HTTPRequest.Method.get, .head] {
                    let response = try await world.visit(path, method)
                    #expect(response.status == .ok, "\(path)")
                    let lines = response.headers.map { "\($0.name): \($0.value)" }
                    let shown = (lines + [path, String(decoding: response.body.readableBytesView, as: UTF8.self)])
                        .joined(separator: "\n")
                    for secret in secrets { #expect(!shown.contains(secret), "\(secret) of \(path)") }
                }
            }
        }
    }

    @Test(arguments: [
        "<img src=x onerror=\"document.title='run'\">", "</blockquote><script>document.title='run'</script>",
        "\" onload=\"x", "'><svg onload=x>", "{{{prompt}}}{{#styles}}", "&lt;b&gt;",
        // Characters for people, and two scalars each for a browser.
        "0;url=https://example.org\"\u{301} http-equiv=refresh x=", "<\u{301}b>", "'\u{200D} x",
        "\"\u{FE0F} y=\"\u{20DD}",
    ])
    func `a prompt is a text, wherever the page shows it`(prompt: String) async throws {
        try await ShareWorld.run { world in
            let path = try await world.share(try await world.output(prompt: prompt), ShareChoices(showsPrompt: true))

            let text = Self.text(try await world.visit(path))

            let escaped = HTMLText(prompt).renderText
            #expect(!escaped.unicodeScalars.contains { ["<", ">", "\"", "'"].contains($0) })
            #expect(text.contains("<blockquote dir=\"auto\">\(escaped)</blockquote>"), "\(text)")
            #expect(text.contains("<meta property=\"og:description\" content=\"\(escaped)\">"))
            // The rest of the page has as many of each mark as that of a harmless prompt.
            let plain = try await world.share(
                try await world.output(prompt: "plain"), ShareChoices(showsPrompt: true))
            let other = Self.text(try await world.visit(plain))
            for mark in ["<", ">", "\""] as [Unicode.Scalar] {
                #expect(text.unicodeScalars.count { $0 == mark } == other.unicodeScalars.count { $0 == mark })
            }
        }
    }

    @Test func `a long prompt is whole on the page and short in previews`() async throws {
        try await ShareWorld.run { world in
            let prompt = String(repeating: "dress, ", count: 500) + "\nred"
            let path = try await world.share(try await world.output(prompt: prompt), ShareChoices(showsPrompt: true))

            let text = Self.text(try await world.visit(path))

            #expect(text.contains(prompt))
            let previews = text.split(separator: "\n").filter { $0.contains("description\"") }
            #expect(previews.count == 2 && previews.allSatisfy { $0.utf8.count < 400 && $0.contains("dress, dress") })
        }
    }

    @Test func `what the sandbox made is said to be no AI`() async throws {
        try await ShareWorld.run { world in
            let asset = try await world.output()
            try await world.fixture.database.write(order: .alone) { try $0.insertAttempt(of: asset, by: .sandbox) }

            let text = Self.text(try await world.visit(try await world.share(asset)))

            #expect(text.contains("Made by the sandbox, not AI.") && !text.contains("Made with AI"))
        }
    }

    @Test func `a film is played, and a GIF is not replaced by a picture that stands still`() async throws {
        try await ShareWorld.run { world in
            let film = try await world.share(
                try await world.output(Sample.mp4, .mp4, size: ImageSize(width: 640, height: 360)))
            let text = Self.text(try await world.visit(film))
            for part in [
                "<video controls", "src=\"\(film)/file\"", "A shared film", "video.other", "film.mp4",
                "<meta property=\"og:video\" content=\"http://localhost:8080\(film)/file\">", "content=\"video/mp4\"",
            ] {
                #expect(text.contains(part), "\(part) in \(text)")
            }
            #expect(!text.contains("<img") && !text.contains("poster=") && !text.contains("og:image"), "it has none")

            let gif = try await world.share(
                try await world.output(Sample.gif(900, 900), .gif, size: ImageSize(width: 900, height: 900)))
            #expect(!Self.text(try await world.visit(gif)).contains("srcset"))
        }
    }

    @Test func `what never was, what ended and what expired are refused alike, as a page or as JSON`() async throws {
        try await ShareWorld.run { world in
            let (ended, expired) = (try await world.output(), try await world.output())
            let trashed = try await world.output()
            let end = world.fixture.clock.now + .seconds(60)
            let paths = [
                try await world.share(ended), try await world.share(expired, ShareChoices(expiresAt: end)),
                try await world.share(trashed), "/s/x", "/s/" + String(repeating: "A", count: 43), "/s/%3Cb%3E",
            ]
            try await world.fixture.app.files.shares.end(ended.id, of: world.actor.account)
            try await world.fixture.app.files.assets.trash(trashed.id, of: world.actor.account)
            world.fixture.clock.now = end

            for (suffix, accept, isPage) in [
                ("", Self.html, true), ("", [:], true), ("", [.accept: "*/*"], true), ("", Self.json, false),
                ("/file", Self.html, true), ("/file", [.accept: "image/*"], false), ("/file", [:], false),
                ("/thumbnails/640.webp", Self.json, false),
            ] as [(String, HTTPFields, Bool)] {
                var seen: Set<String> = []
                for path in paths {
                    let response = try await world.visit(path + suffix, headers: accept)
                    let id = response.headers[.requestID] ?? ""
                    #expect(response.status == .notFound, "\(path)\(suffix)")
                    let type = isPage ? "text/html" : "application/json"
                    #expect(response.headers[.contentType] == type + "; charset=utf-8")
                    #expect(response.headers[.cacheControl] == "no-store" && response.headers[.robotsTag] == "noindex")
                    if !isPage { #expect(try response.errorCode == "not_found") }
                    let headers = response.headers.filter { $0.name != .requestID }.map { "\($0)" }.sorted().joined()
                    seen.insert(headers + Self.text(response).replacing(id.isEmpty ? "-" : id, with: ""))
                }
                #expect(seen.count == 1, "\(suffix) \(accept): \(seen)")
            }
        }
    }

    @Test func `who guesses has to wait, and learns nothing of links that are right`() async throws {
        try await ShareWorld.run { world in
            let path = try await world.share(try await world.output())
            #expect(try await world.visit(path).status == .ok)
            var guesses = 0
            while guesses < 1000, try await world.visit("/s/guess\(guesses)").status == .notFound { guesses += 1 }
            #expect(guesses == 60)

            var seen: Set<String> = []
            for path in [path, "/s/another"] {
                let page = try await world.visit(path, headers: Self.html)
                #expect(page.status == .tooManyRequests && page.headers[.retryAfter] == "600")
                seen.insert(Self.text(page))
                let refused = try await world.visit(path + "/file")
                #expect(try refused.status == .tooManyRequests && refused.errorCode == "rate_limited")
            }
            #expect(seen.count == 1)

            world.fixture.clock.advance(by: .seconds(600))
            #expect(try await world.visit(path).status == .ok)
        }
    }
}
