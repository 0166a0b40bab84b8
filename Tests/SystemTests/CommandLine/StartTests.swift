import AsyncHTTPClient
import Foundation
import NIOHTTP1
import NIOSSL
import TestSupport
import Testing

extension OneCLIServer {
    /// A server that cannot start says so in one sentence, and exits with 1, or with 2 if it was given something wrong.
    struct StartTests {
        @Test func `a taken port is named, with the flag that helps`() async throws {
            let server = try OneCLIServer.server()
            let free = try await FreePorts.block()

            let main = try await server.run(
                "serve", "--data", "other", "--port", "\(server.port)", "--sandbox-port", "\(free)")
            let sandbox = try await server.run(
                "serve", "--data", "other", "--port", "\(free)", "--sandbox-port", "\(server.port + 1)")

            #expect(main.code == 1)
            #expect(main.errors == """
                darkroom: The server cannot listen on 127.0.0.1:\(server.port): the port is in use. Stop the \
                other program, or choose another address with --port and --host.\n
                """)
            #expect(sandbox.code == 1)
            #expect(sandbox.errors.contains("--sandbox-port"))
            #expect(sandbox.errors.contains("--sandbox-url"))
            #expect(!FileManager.default.fileExists(atPath: server.folder.path + "/other"))
        }

        @Test func `a data folder that cannot be made is named`() async throws {
            let folder = try TemporaryFolder()
            try Data().write(to: URL(filePath: folder.path + "/file"))

            let run = try await start(in: folder, ["--data", "file/data"])

            #expect(run.code == 2)
            #expect(run.errors.contains("The data folder file/data cannot exist: a part of its path is a file."))
            #expect(run.errors.split(separator: "\n").count == 1)
        }

        @Test func `what is no database is not touched`() async throws {
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: false)
            let path = folder.path + "/data/darkroom.sqlite"
            try Data(repeating: 65, count: 5000).write(to: URL(filePath: path))

            let run = try await start(in: folder, [])

            #expect(run.code == 1)
            #expect(run.errors.contains("The database cannot be opened: file is not a database."))
            #expect(FileManager.default.contents(atPath: path) == Data(repeating: 65, count: 5000))
        }

        @Test func `every wrong setting is named at once`() async throws {
            let folder = try TemporaryFolder()

            let run = try await CLIRun.run(
                ["serve", "--port", "0"], in: folder.path,
                environment: ["DARKROOM_LOG_LEVEL": "loud", "DARKROOM_ADMIN_EMAIL": "nobody"])

            #expect(run.code == 2)
            for name in ["--port", "DARKROOM_LOG_LEVEL", "DARKROOM_ADMIN_EMAIL"] {
                #expect(run.errors.contains(name))
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/data"))
        }

        @Test func `certificates that are none end with a sentence and not with a crash`() async throws {
            let folder = try TemporaryFolder()
            try Data("nothing".utf8).write(to: URL(filePath: folder.path + "/not.pem"))

            let run = try await start(in: folder, ["--tls-cert", "not.pem", "--tls-key", "not.pem"])

            #expect(run.code == 1)
            #expect(run.errors.contains("The TLS certificate or its private key cannot be used"))
        }

        @Test func `a setting that is none is warned of, with the one that was meant`() async throws {
            let server = try await CLIServer(environment: ["DARKROOM_PULBIC_URL": "http://example.com"])

            #expect(
                server.log.contains("Unknown setting DARKROOM_PULBIC_URL (ignored). Did you mean DARKROOM_PUBLIC_URL?"))
        }

        @Test func `a server leaves its address for other commands, and takes it away`() async throws {
            let server = try await CLIServer()
            let path = server.data + "/server.json"

            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            #expect(await server.stop() == 0)
            #expect(!FileManager.default.fileExists(atPath: path))
        }

        @Test func `a second server on the folder is refused, on any port, and the first goes on`() async throws {
            let server = try OneCLIServer.server()
            let before = try Data(contentsOf: URL(filePath: server.data + "/server.json"))

            for port in [try await FreePorts.block(), server.port] {
                let second = try await server.run("serve", "--port", "\(port)")

                #expect(second.code == 1)
                #expect(second.errors.contains("The data folder ./data is in use: process "))
                #expect(second.errors.contains("serves it at \(server.url). Stop that server first"))
                #expect(second.errors.contains("--data") && second.errors.contains("darkroom worker --data ./data"))
                #expect(second.output.isEmpty && second.errors.split(separator: "\n").count == 1)
            }

            #expect(try Data(contentsOf: URL(filePath: server.data + "/server.json")) == before)
            #expect(try await server.run("doctor").output.contains("ok      server"))
        }

        @Test func `what a killed server left does not hinder the next one`() async throws {
            let server = try await CLIServer()
            await server.kill()

            let left = try await server.run("doctor")
            let next = try await CLIServer(folder: server.folder)
            let found = try await next.run("doctor")
            #expect(await next.stop() == 0)
            let stopped = try await next.run("doctor")

            #expect(left.code == 0 && left.output.contains("server.json is left over from process "))
            #expect(found.output.contains("ready at \(next.url)"))
            #expect(stopped.output.contains("not running with this data folder. Start it"))
            #expect(!FileManager.default.fileExists(atPath: server.data + "/server.json"))
        }

        @Test func `no version of TLS before 1.2 is spoken, and browsers come back over TLS`() async throws {
            let folder = try TemporaryFolder()
            try TLSPair.write(to: folder.path)
            let server = try await CLIServer(["--tls-cert", "cert.pem", "--tls-key", "key.pem"], folder: folder)

            for (version, isSpoken) in [(TLSVersion.tlsv11, false), (.tlsv12, true), (.tlsv13, true)] {
                let response = try? await TLSPair.get("https://127.0.0.1:\(server.port)/health/live", upTo: version)
                #expect((response?.status == .ok) == isSpoken, "\(version)")
                guard isSpoken else { continue }
                #expect(response?.headers.first(name: "strict-transport-security") == "max-age=31536000")
            }
            #expect(await server.stop() == 0)
        }

        @Test func `help names every command`() async throws {
            let folder = try TemporaryFolder()

            let help = try await CLIRun.run(["--help"], in: folder.path)

            #expect(help.code == 0)
            for command in ["serve", "worker", "migrate", "sandbox", "admin", "generate", "audit", "doctor"] {
                #expect(help.output.contains("  \(command) "))
            }
            #expect(try await CLIRun.run(["paint"], in: folder.path).code == 2)
        }

        private func start(in folder: TemporaryFolder, _ arguments: [String]) async throws -> CLIRun {
            try await CLIRun.run(["serve", "--port", "\(FreePorts.block())"] + arguments, in: folder.path)
        }
    }
}
