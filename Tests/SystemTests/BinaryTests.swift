import Testing
import TestSupport

struct BinaryTests {
    @Test func `the program says its version and refuses what it does not know`() async throws {
        let folder = try TemporaryFolder()

        let version = try await CLIRun.run(["--version"], in: folder.path)

        #expect(version.code == 0)
        #expect(version.output == "0.1.0\n")
    }
}
