import Foundation
import Testing
import TestSupport

/// The page that checks a file, in Chromium, with what a job really made.
struct CheckInBrowserTests {
    @Test func `a file is checked in a browser, with JavaScript and without, and five kinds are told apart`(
    ) async throws {
        var changed = SignedSample.jpeg
        changed[changed.count - 20] ^= 1
        let files = [
            "other.png": SignedSample.other, "changed.png": changed, "plain.png": Sample.png(12, 12),
            "letter.txt": Sample.text,
        ]
        try await CLIServer.withStripeEmulator { server, _ in
            for (name, bytes) in files {
                try Data(bytes).write(to: URL(filePath: "\(server.folder.path)/\(name)"))
            }
            let result = try await PythonScript.run(
                "check_page_test.py", [server.url, server.folder.path], in: server.folder.path)

            #expect(result.status == 0, "\(result.text)")
            #expect(result.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 3, "\(result.text)")
        }
    }
}
