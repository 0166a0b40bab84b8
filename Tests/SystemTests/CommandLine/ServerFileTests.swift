import ArgumentParser
@testable import CLI
import Core
import Foundation
import TestSupport
import Testing

/// How commands find a server, and which arguments they take.
struct ServerFileTests {
    private func file(pid: Int32 = getpid(), sandbox: String? = nil, stripe: String? = nil) -> ServerFile {
        ServerFile(
            url: "http://127.0.0.1:1", publicURL: "https://a.example", sandboxURL: sandbox, stripeSandboxURL: stripe,
            stripeSandboxKey: nil, pid: pid)
    }

    @Test func `a server's file is for its owner alone, and is read while the server runs`() async throws {
        let folder = try TemporaryFolder()
        #expect(ServerFile.state(in: folder.path) == .none)
        let lock = try await ServerLock.take(in: folder.path)

        try file().write(to: folder.path)

        #expect(ServerFile.running(in: folder.path) == file())
        for name in ["server.json", "server.lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
        #expect(ServerFile.running(in: folder.path + "/none") == nil)
        lock.release()
        #expect(ServerFile.state(in: folder.path) == .stale(file()), "also while another process has its id")
    }

    @Test func `a server that was killed left a file, and does not run`() async throws {
        let folder = try TemporaryFolder()
        // More than the most that a process may have.
        try file(pid: .max).write(to: folder.path)
        #expect(ServerFile.state(in: folder.path) == .stale(file(pid: .max)))

        let lock = try await ServerLock.take(in: folder.path)

        let holder = ServerLock.Holder(pid: getpid())
        #expect(ServerFile.state(in: folder.path) == .unnamed(holder), "the file is of the one before")
        for text in ["", "{", "[]", "{}"] {
            try Data(text.utf8).write(to: URL(filePath: folder.path + "/server.json"))
            #expect(ServerFile.state(in: folder.path) == .unnamed(holder))
        }
        lock.release()
        #expect(ServerFile.state(in: folder.path) == .none)
    }

    @Test func `a folder has one server at a time, and the second learns of the first`() async throws {
        let folder = try TemporaryFolder()
        try ServerLock.refuseSecond(in: folder.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [], "looking leaves nothing")
        let first = try await ServerLock.take(in: folder.path)

        let starting = await #expect(throws: Failure.self) { try await ServerLock.take(in: folder.path) }
        try file().write(to: folder.path)
        let serving = #expect(throws: Failure.self) { try ServerLock.refuseSecond(in: folder.path) }

        #expect(starting?.message.contains("process \(getpid()) serves it.") == true)
        #expect(serving?.message.contains("process \(getpid()) serves it at http://127.0.0.1:1.") == true)
        #expect(ServerFile.running(in: folder.path) == file(), "nothing of the first was touched")
        first.release()
        let second = try await ServerLock.take(in: folder.path)
        second.release()
    }

    @Test func `a folder that cannot be locked is named`() async throws {
        let folder = try TemporaryFolder()
        let error = await #expect(throws: Failure.self) { try await ServerLock.take(in: folder.path + "/none") }
        #expect(error?.message.contains(folder.path + "/none/server.lock cannot be locked") == true)
    }

    @Test(arguments: [
        (ServerFile.State.none, Finding.Status.information, "not running"),
        (.stale(ServerFile(
            url: "http://127.0.0.1:1", publicURL: "https://a.example", sandboxURL: nil, stripeSandboxURL: nil,
            stripeSandboxKey: nil, pid: 77)), .information, "left over from process 77"),
        (.unnamed(.init(pid: 78)), .warning, "process 78 holds the data folder"),
        (.unnamed(.init(pid: nil)), .warning, "another process holds the data folder"),
    ])
    func `doctor tells what a file is left of from a server that has left none`(
        state: ServerFile.State, status: Finding.Status, message: String
    ) {
        let finding = state.finding("./data")
        #expect(finding.status == status && finding.message.contains(message))
    }

    @Test func `a server takes its own file away, and not that of another which came after it`() async throws {
        let folder = try TemporaryFolder()
        let (mine, other) = (file(), file(sandbox: "http://127.0.0.1:2"))
        try mine.write(to: folder.path)
        try other.write(to: folder.path)

        mine.remove(from: folder.path)
        #expect(ServerFile.state(in: folder.path) == .stale(other))
        other.remove(from: folder.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        #expect(throws: Failure.self) { try mine.write(to: folder.path + "/none") }
    }

    @Test func `the Stripe emulator's port is in its address`() {
        #expect(file(stripe: "http://127.0.0.1:8082").stripeSandboxPort == 8082 && file().stripeSandboxPort == nil)
    }

    @Test(arguments: [
        ["a@b.example", "100"], ["a@b.example", "0.01"], ["a@b.example", "1000000000"],
        ["01234567-89ab-7cde-8f01-23456789abcd", "1"],
        ["a@b.example", "1", "--expires-in", "36500", "--key", "k", "--bonus"],
    ])
    func `a grant takes any account and amount`(arguments: [String]) throws {
        #expect(try GrantCommand.parse(arguments).account == arguments[0])
    }

    @Test(arguments: [
        [], ["a@b.example"], ["a@b.example", "0"], ["a@b.example", "1.005"], ["a@b.example", "1e3"],
        ["a@b.example", "x"],
        ["a@b.example", "1000000000.01"], ["nobody", "1"], ["a@b.example", "1", "--expires-in", "0"],
        ["a@b.example", "1", "--expires-in", "36501"], ["a@b.example", "1", "--key", ""],
        ["a@b.example", "1", "--key", String(repeating: "k", count: 201)], ["a@b.example", "1", "more"],
    ] as [[String]])
    func `a grant that cannot be meant is refused before anything is opened`(arguments: [String]) {
        #expect(throws: (any Error).self) { try GrantCommand.parse(arguments) }
    }

    @Test func `a balance is explained at an instant that exists`() throws {
        #expect(try ExplainCommand.parse(["a@b.example", "--at", "2024-02-29"]).at == "2024-02-29")
        for arguments in [["nobody"], ["a@b.example", "--at", "2026-02-30"], ["a@b.example", "--at", "x"],
            ["a@b.example", "--entries", "-1"], ["a@b.example", "--entries", "10001"]] {
            #expect(throws: (any Error).self) { try ExplainCommand.parse(arguments) }
        }
    }

    @Test func `a period has 40 days up to now, unless it is said`() throws {
        let now = try #require(Instant(text: "2026-11-21T12:00:00Z"))

        let usual = try PeriodOptions.parse([]).period(at: now)
        #expect(usual.end == now && usual.end - usual.start == .seconds(40 * 86_400))
        let given = try PeriodOptions.parse(["--from", "2026-01-01", "--to", "2026-02-01"])
        #expect(try given.isGiven && given.period(at: now).start.text.hasPrefix("2026-01-01T00"))
        for arguments in [["--from", "x"], ["--to", "2026-02-30"], ["--from", ""]] {
            #expect(throws: (any Error).self) { try PeriodOptions.parse(arguments) }
        }
        for (from, to) in [("2026-02-01", "2026-02-01"), ("2025-01-01", "2026-01-03"), ("2026-12-01", "2026-11-01")] {
            let options = try PeriodOptions.parse(["--from", from, "--to", to])
            let error = #expect(throws: Failure.self) { try options.period(at: now) }
            #expect(error?.code == .usage)
        }
    }

    @Test func `generate needs something to make, and waits or does not`() throws {
        #expect(try GenerateCommand.parse(["a", "red", "dress"]).prompt == ["a", "red", "dress"])
        #expect(try GenerateCommand.parse(["--kind", "background_removal"]).prompt.isEmpty)
        for arguments in [
            [], ["a", "--async", "--blocking"], ["a", "--async", "--out", "a.png"], ["a", "--num-images", "x"],
        ] {
            #expect(throws: (any Error).self) { try GenerateCommand.parse(arguments) }
        }
    }

    @Test func `a sandbox's options have bounds`() throws {
        // The documents name it, and so do the examples of other commands.
        #expect(try SandboxCommand.parse([]).port == 8410)
        _ = try SandboxCommand.parse(["--duration", "0", "--concurrency", "1", "--fault", "slow=5"])
        for arguments in [
            ["--duration", "-1"], ["--duration", "86401"], ["--concurrency", "0"], ["--concurrency", "10001"],
            ["--fault", "nonsense"], ["--tls-cert", "a"], ["--port", "65536"], ["--port=-1"],
        ] {
            #expect(throws: (any Error).self, "\(arguments)") { try SandboxCommand.parse(arguments) }
        }
        for arguments in [
            ["--webhook-secret", "x"], ["--webhook-url", "ftp://a"], ["--api-version", "x"], ["--fault", "x=1"],
            ["--public-url", "a.example"], ["--port", "99999"],
        ] {
            #expect(throws: (any Error).self, "\(arguments)") { try StripeSandboxCommand.parse(arguments) }
        }
    }
}
