import Testing
import TestSupport

/// Buying as people do it: in Chromium, on the pages of the Stripe emulator, from a server as it starts by itself.
struct BrowserTests {
    @Test
    func `packs and plans bought in a browser bring credits with the webhook, and concurrency`() async throws {
        try await CLIServer.withStripeEmulator { server, _ in
            let result = try await PythonScript.run(
                "buying_in_a_browser_test.py", [server.url, server.data + "/server.json"], in: server.folder.path)

            #expect(result.status == 0, "\(result.text)")
            #expect(result.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 4, "\(result.text)")
            #expect(try await server.run("audit").code == 0)
        }
    }
}
