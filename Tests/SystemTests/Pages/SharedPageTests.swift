import Core
import TestSupport
import Testing

/// The page of a shared output as visitors see it: in Chromium, on a phone and on a desk, with a prompt that is markup.
struct SharedPageTests {
    @Test func `people see what is shared with them, a prompt runs nothing, and what ended is gone`() async throws {
        try await RunningServer.with { server in
            let user = try await server.account()
            let prompt = """
                a red dress <img src=x onerror="document.title='run'"> "\u{301} onload=x
                <script>document.title='run'</script>
                """
            let job = try await user.end(of: user.submit(prompt, ["resolution": "1024x1024", "numImages": 2]))
            try #require(job.status == "completed" && job.outputs.count == 2, "\(job)")
            var links: [String] = []
            for output in job.outputs {
                let path = "/api/assets/\(try #require(output["id"]?.string))/share"
                let share = try await user.post(path, ["prompt": .bool(links.isEmpty)])
                links.append(try #require(share["url"]?.string))
                if links.count == 2 { #expect(try await user.delete(path).status == 204) }
            }

            let result = try await PythonScript.run("shared_page_test.py", [server.url] + links, in: server.folder)

            #expect(result.status == 0, "\(result.text)")
            #expect(result.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 5, "\(result.text)")
        }
    }
}
