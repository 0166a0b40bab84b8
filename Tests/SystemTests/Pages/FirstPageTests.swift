import Testing
import TestSupport

/// The first page as people use it: in Chromium, with the keyboard and on a phone, of a server as it starts by itself.
struct FirstPageTests {
    @Test
    func `people sign up, generate, fail, try again and buy on the first page, and it says only what is true`(
    ) async throws {
        try await CLIServer.withStripeEmulator { server, _ in
            let result = try await PythonScript.run("first_page_test.py", [server.url], in: server.folder.path)

            #expect(result.status == 0, "\(result.text)")
            #expect(result.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 20, "\(result.text)")
        }
    }
}
