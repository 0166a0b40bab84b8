import Foundation
import TestSupport
import Testing

/// `darkroom bench` and `darkroom-bench` run the other program that lies beside them.
struct BenchCommandTests {
    @Test
    func `darkroom bench passes its arguments and the exit code through`() async throws {
        let folder = try TemporaryFolder()

        let help = try await CLIRun.run(["bench", "--help"], in: folder.path)
        let refused = try await CLIRun.run(["bench", "--seconds", "0"], in: folder.path)

        #expect(help.code == 0)
        #expect(help.output.contains("USAGE: darkroom-bench "))
        #expect(refused.code == 2)
        #expect(refused.errors.contains("--seconds must be from 1 to 600."))
    }

    @Test(arguments: [
        ("darkroom", ["bench"], "There is no darkroom-bench at /"),
        ("darkroom-bench", [], "There is no darkroom at /"),
    ])
    func `without the other program beside it each says what to build`(
        program: String, arguments: [String], message: String
    ) async throws {
        let folder = try TemporaryFolder()
        let alone = folder.path + "/" + program
        let built = try Binary.url().deletingLastPathComponent().appending(path: program).path
        try FileManager.default.copyItem(atPath: built, toPath: alone)

        let process = try await ChildProcess.start(
            URL(filePath: alone), arguments, folder: folder.path, log: folder.path + "/log")

        #expect(await process.exit() == 1)
        #expect(process.errors.contains(message))
        #expect(process.errors.contains("make "))
    }
}
