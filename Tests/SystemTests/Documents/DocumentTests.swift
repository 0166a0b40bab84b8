import Foundation
import TestSupport
import Testing

/// What README.md and docs/ tell a reader to type works as it is printed.
struct DocumentTests {
    @Test func `every command and request of the documents runs as printed`() async throws {
        let server = try await CLIServer(environment: ["DARKROOM_CORS_ORIGIN": "*"])
        let project = URL(filePath: #filePath).appending(path: "../../../..").standardized.path

        let run = try await PythonScript.run(
            "documents_test.py", [project, server.folder.path, server.url, Binary.url().path], in: server.folder.path)

        #expect(run.status == 0, "\(run.text)")
        print(run.text)
        await server.stop()
    }
}
