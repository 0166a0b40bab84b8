import Core
import HTTPTypes
import TestSupport
import Testing
@testable import Web

/// The page that checks a file, as it is without JavaScript.
struct CheckPageTests {
    @Test func `the page has a form, and no script or style in itself`() async throws {
        try await ProvenanceWorld.run { world in
            let page = try await world.send(.get, "/check")
            let policy = page.header("Content-Security-Policy") ?? ""
            #expect(page.status == 200 && page.header("Content-Type") == "text/html; charset=utf-8")
            #expect(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"))
            #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
            #expect(!page.text.contains("<script>") && !page.text.contains("{{") && !page.text.contains("style="))
            #expect(page.text.contains("enctype=\"multipart/form-data\"") && page.text.contains("role=\"status\""))
            #expect(!page.text.contains("class=\"finding"))
            #expect(page.header("Set-Cookie") == nil)
            let script = try #require(page.text.split(separator: "\"").first { $0.hasPrefix("/public/check.js?v=") })
            #expect(try await world.send(.get, String(script)).status == 200)
        }
    }

    @Test func `five kinds of files are told apart in words`() async throws {
        try await ProvenanceWorld.run { world in
            let made = Sample.png(11, 11)
            try await world.make(made)
            var changed = SignedSample.jpeg
            changed[changed.count - 20] ^= 1
            let cases: [([UInt8], Int, String, String)] = [
                (made, 200, "Made here", "finding good"), (SignedSample.webp, 200, "Made here", "finding good"),
                (SignedSample.other, 200, "Signed elsewhere", "finding plain"),
                (changed, 200, "Changed after it was signed", "finding bad"),
                (Sample.png(12, 12), 200, "No marks", "finding plain"),
                (Sample.text, 415, "Not an image or a video", "finding bad"),
                (SignedSample.undeclared, 200, "Credentials that do not hold", "finding bad"),
                (SignedSample.otherBinding, 200, "Credentials that cannot be checked here", "finding plain"),
            ]
            for (file, status, title, look) in cases {
                let page = try await world.submit(file)
                #expect(page.status == status && page.text.contains(">\(title)</h2>"), "\(title): \(page.text)")
                #expect(page.text.contains(look) && page.header("Cache-Control") == "no-store", "\(title)")
                #expect(page.text.contains("<title>\(title) – ") && page.header("Set-Cookie") == nil)
            }
            #expect(try world.storedPaths.isEmpty)

            let broken = try await world.submit(changed).text
            #expect(!broken.contains("<dt>The ") && !broken.contains("<dt>Created"), "what was changed says nothing")
            #expect(try await world.submit(SignedSample.other).text.contains("<dt>The signer says</dt>"))
        }
    }

    @Test func `what a file says is text on the page, whatever it is`() async throws {
        try await ProvenanceWorld.run { world in
            let packet = #"<a xmp:CreatorTool="&lt;script&gt;alert(1)&lt;/script&gt;"/>"#
            let file = PictureFile.jpeg(Sample.jpeg(), adding: [PictureFile.xmpSegment(packet)])
            let page = try await world.submit(file, name: "<script>.jpg")

            #expect(page.text.contains(">Marked, not signed</h2>"))
            #expect(page.text.contains("&lt;script&gt;alert(1)") && !page.text.contains("<script>"))
        }
    }

    @Test func `what cannot be checked is said on the page, with the status of the API`() async throws {
        try await ProvenanceWorld.run { world in
            let empty = try await world.submit([])
            let none = try await world.submit(Sample.png(), name: "")
            let broken = try await world.send(
                .post, "/check", [1, 2, 3], headers: [.contentType: "multipart/form-data; boundary=b"])
            let elsewhere = try await world.submit(Sample.png(), headers: [.fetchSite: "cross-site"])

            #expect(empty.status == 422 && empty.text.contains(">The file is empty</h2>"))
            #expect(none.status == 422 && none.text.contains("Choose a file first."))
            #expect(broken.status == 400 && broken.text.contains("Choose a file first."))
            #expect(elsewhere.status == 403 && elsewhere.text.contains("Choose it here."))
            for page in [empty, none, broken, elsewhere] {
                #expect(page.header("Content-Type") == "text/html; charset=utf-8")
            }
            #expect(try await world.submit(Sample.png(), headers: [.fetchSite: "same-origin"]).status == 200)
        }
    }
}
