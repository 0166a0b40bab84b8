import Core
import Foundation
import Testing
import TestSupport

/// What the other tests and the measurements rely on when they start programs.
struct ChildProcessTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func shell(_ script: String, input: String? = nil) async throws -> ChildProcess {
        try await ChildProcess.start(
            URL(filePath: "/bin/sh"), ["-c", script], environment: ["GIVEN": "this"], folder: folder.path,
            log: folder.path + "/log", input: input)
    }

    @Test func `its environment, folder and input are what was given, and its log grows`() async throws {
        let first = try await shell("env | grep -v ^_ | grep -v ^SHLVL | sort; cat >&2", input: "read")
        #expect(await first.exit() == 0)
        let second = try await shell("pwd; cat; exit 7")
        #expect(await second.exit() == 7)

        #expect(second.output.split(separator: "\n") == [
            "GIVEN=this", "HOME=\(folder.path)", "PATH=/usr/bin:/bin", "PWD=\(folder.path)", "\(folder.path)",
        ])
        #expect(second.errors == "read")
    }

    @Test func `it has no signal blocked`() async throws {
        let process = try await ChildProcess.start(
            URL(filePath: "/bin/grep"), ["SigBlk", "/proc/self/status"], folder: folder.path,
            log: folder.path + "/log")

        #expect(await process.exit() == 0)
        #expect(process.output == "SigBlk:\t0000000000000000\n")
    }

    @Test func `a program that does not exist, or has no folder, throws at once`() async throws {
        for (program, place) in [("/bin/none", folder.path), ("/bin/true", folder.path + "/none")] {
            await #expect(throws: (any Error).self) {
                try await ChildProcess.start(URL(filePath: program), [], folder: place, log: folder.path + "/log")
            }
        }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGALRM, SIGQUIT, SIGKILL])
    func `the signal that ended it is its status, and a later one reaches nobody`(signal: Int32) async throws {
        let process = try await shell("exec sleep 600")
        process.send(SIGSTOP)
        process.send(SIGCONT)
        #expect(process.isRunning)

        process.send(signal)

        #expect(await process.exit() == -signal)
        #expect(!process.isRunning)
        process.killAtOnce()
        #expect(await process.exit() == -signal)
    }

    @Test func `it ends with its value`() async throws {
        var process: ChildProcess? = try await shell("exec sleep 600")
        let id = try #require(process?.id)
        #expect(kill(id, 0) == 0)

        process = nil

        for _ in 0..<500 where kill(id, 0) == 0 { try await Time.system.sleep(.milliseconds(10)) }
        #expect(kill(id, 0) != 0)
    }
}
