import AsyncHTTPClient
import Core
import Crypto
import Foundation
import TestSupport
import Testing

/// A backup is made beside a running server, and restored elsewhere.
struct BackupTests {
    @Test func `what is backed up while jobs run is restored whole, and a server goes on with it`() async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.05"])
        try await RunningServer.with(.init(sandbox: sandbox)) { server in
            let user = try await server.account()
            let id = try await user.submit("a red dress")
            let done = try await user.end(of: id)
            let link = try #require(done.outputs.first?["url"]?.string)
            for index in 0..<10 { _ = try await user.submit("meanwhile \(index)") }
            let place = try TemporaryFolder()

            let backup = try await server.run(["backup", "--to", place.path + "/backup"])
            let restore = try await CLIRun.run(
                ["restore", "--from", place.path + "/backup", "--data", "data"], in: place.path)

            #expect(backup.status == 0 && backup.output.contains("Backed up "), "\(backup.errors)")
            #expect(restore.code == 0 && restore.output.contains("The books balance"), "\(restore.errors)")
            let again = try await CLIServer(["--sandbox-url", sandbox.url], folder: place)
            let other = APIUser(url: again.url, bearer: user.bearer, client: .shared)
            #expect(try await other.job(id).status == "completed")
            #expect(
                try await other.send("GET", link.replacing(server.url, with: again.url)).bytes == user.get(link).bytes)
            #expect(try await again.run("audit").code == 0)
            #expect(await again.stop() == 0)
        }
        await sandbox.stop()
    }

    @Test func `only its owner can read it, and sha256sum finds it whole`() async throws {
        let backup = try await Kept()

        let check = try await ChildProcess.start(
            URL(filePath: "/usr/bin/sha256sum"), ["--check", "--strict", "SHA256SUMS"], folder: backup.path,
            log: backup.folder.path + "/sums")

        #expect(await check.exit() == 0, "\(check.output)\(check.errors)")
        #expect(check.output.contains("darkroom.sqlite: OK") && check.output.contains("files/uploads/"))
        for name in try FileManager.default.subpathsOfDirectory(atPath: backup.path) + [""] {
            let mode =
                try FileManager.default.attributesOfItem(atPath: backup.path + "/" + name)[.posixPermissions] as? Int
                ?? 0
            #expect(mode & 0o077 == 0, "\(name)")
        }
    }

    @Test func `nothing is overwritten, neither by a backup nor by restoring one`() async throws {
        let backup = try await Kept()
        let before = try FileManager.default.subpathsOfDirectory(atPath: backup.server.data)

        let over = try await backup.server.run("backup", "--to", backup.path)
        let into = try await backup.server.run("restore", "--from", backup.path)

        #expect(over.code == 2 && over.errors.contains("already exists"))
        #expect(into.code == 2 && into.errors.contains("is not empty"))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: backup.server.data) == before)
    }

    @Test func `what is not as it was backed up is refused, and nothing is left behind`() async throws {
        let backup = try await Kept()

        for damage in [
            "a file changed", "a file missing", "the database changed", "no checksums", "other counts", "a way out",
            "a link", "no manifest",
        ] {
            let damaged = backup.folder.path + "/" + damage
            try FileManager.default.copyItem(atPath: backup.path, toPath: damaged)
            try Kept.damage(damaged, damage)

            let run = try await CLIRun.run(["restore", "--from", damaged, "--data", "new"], in: backup.folder.path)

            #expect(run.code > 0, "\(damage): \(run.output)")
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: backup.folder.path).filter {
                    $0.hasPrefix("new") || $0 == "outside"
                } == [])
        }
    }

    @Test func `a backup that cannot be finished leaves nothing that looks like one`() async throws {
        let server = try await CLIServer(["--no-worker"])
        try FileManager.default.removeItem(atPath: server.data + "/secrets.json")

        let run = try await server.run("backup", "--to", "backup")

        #expect(run.code == 1 && run.errors.contains("There is no secrets.json"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: server.folder.path).filter { $0.hasPrefix("backup") }
                == [])
        await server.stop()
    }
}

/// A small installation with one upload, and its backup.
private struct Kept {
    let server: CLIServer
    let folder: TemporaryFolder
    var path: String { folder.path + "/backup" }

    init() async throws {
        server = try await CLIServer(["--no-worker"])
        folder = server.folder
        let user = try await server.signUp("ada@example.com")
        let stored = try await user.send(
            "POST", "/api/assets", bytes: Sample.png(), headers: ["content-type": "image/png"])
        guard stored.status == 201 else { throw Unexpected("not stored: \(stored.text)") }
        let run = try await server.run("backup", "--to", folder.path + "/backup")
        guard run.code == 0 else { throw Unexpected("not backed up: \(run.errors)") }
        await server.stop()
    }

    static func damage(_ path: String, _ damage: String) throws {
        let sums = path + "/SHA256SUMS"
        let file = try #require(
            FileManager.default.subpaths(atPath: path)?.first { $0.hasPrefix("files/") && $0.contains(".png") })
        switch damage {
        case "a file changed": try Data("x".utf8).write(to: URL(filePath: path + "/" + file))
        case "a file missing": try FileManager.default.removeItem(atPath: path + "/" + file)
        case "the database changed": try append("x", to: path + "/darkroom.sqlite")
        case "no checksums": try FileManager.default.removeItem(atPath: sums)
        case "other counts":
            let manifest = path + "/manifest.json"
            let text = try String(contentsOfFile: manifest, encoding: .utf8).replacing(
                "\"users\" : 2", with: "\"users\" : 3")
            try Data(text.utf8).write(to: URL(filePath: manifest))
            let sum = Hex.text(SHA256.hash(data: Data(text.utf8)))
            let lines = try String(contentsOfFile: sums, encoding: .utf8).split(separator: "\n").filter {
                !$0.hasSuffix("manifest.json")
            }
            try Data((lines.joined(separator: "\n") + "\n\(sum)  manifest.json\n").utf8).write(to: URL(filePath: sums))
        case "a way out": try append(String(repeating: "0", count: 64) + "  files/../../outside\n", to: sums)
        case "a link":
            try FileManager.default.removeItem(atPath: path + "/" + file)
            try FileManager.default.createSymbolicLink(atPath: path + "/" + file, withDestinationPath: "/etc/passwd")
        default: try FileManager.default.removeItem(atPath: path + "/manifest.json")
        }
    }

    private static func append(_ text: String, to path: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
}
