import Core
import Foundation
import TestSupport
import Testing

struct DoctorTests {
    @Test func `beside a healthy server all is well`() async throws {
        let server = try await CLIServer()

        let run = try await server.run("doctor")

        #expect(run.code == 0, "\(run.output)")
        #expect(run.output.contains("No problems."))
        for name in [
            "settings", "data folder", "secrets", "database", "schema", "files", "server", "provider", "public URL",
        ] {
            #expect(run.output.contains("ok      \(name)"), "\(name): \(run.output)")
        }
    }

    @Test func `an empty place is no problem`() async throws {
        let folder = try TemporaryFolder()

        let run = try await CLIRun.run(["doctor", "--json"], in: folder.path)

        #expect(run.code == 0)
        #expect(try JSON(parsing: run.output)["healthy"] == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/data"))
    }

    @Test func `what others may read is found, with the command that repairs it`() async throws {
        let server = try await CLIServer()
        #expect(await server.stop() == 0)
        let path = server.data + "/secrets.json"
        #expect(chmod(path, 0o644) == 0)

        let run = try await server.run("doctor")

        #expect(run.code == 1)
        #expect(run.output.contains("PROBLEM data folder   secrets.json is accessible to other users (mode 644)."))
        #expect(run.output.contains("→ chmod 600 ./data/secrets.json"))
    }

    @Test func `lost secrets and a broken database are problems`() async throws {
        let server = try await CLIServer()
        #expect(await server.stop() == 0)
        try FileManager.default.removeItem(atPath: server.data + "/secrets.json")
        try Data(repeating: 65, count: 9000).write(to: URL(filePath: server.data + "/darkroom.sqlite"))

        let run = try await server.run("doctor", "--json")

        #expect(run.code == 1)
        #expect(problems(in: run) == ["database", "secrets"])
    }

    @Test func `wrong settings are all named`() async throws {
        let folder = try TemporaryFolder()

        let run = try await CLIRun.run(
            ["doctor", "--json"], in: folder.path, environment: ["DARKROOM_PORT": "x", "DARKROOM_LEASE_SECONDS": "0"])

        #expect(run.code == 1)
        #expect(problems(in: run) == ["settings", "settings"])
    }

    /// The sandbox speaks fal's protocol, so it stands for fal here.
    @Test func `a provider's key is tried without asking for work, and a webhook's way is judged`() async throws {
        let server = try await CLIServer()
        let settings = [
            "DARKROOM_FAL_QUEUE_URL": server.sandboxURL,
            "DARKROOM_FAL_KEYS_URL": server.sandboxURL + "/.well-known/jwks.json",
        ]

        let wrong = try await server.run(
            "doctor", "--json", environment: settings.merging(["FAL_KEY": "no:body"]) { $1 })
        let away = try await server.run(
            "doctor", "--json",
            environment: ["FAL_KEY": "no:body", "DARKROOM_FAL_QUEUE_URL": "http://127.0.0.1:\(FreePorts.block())"])

        #expect(problems(in: wrong) == ["provider"])
        #expect(wrong.output.contains("fal.ai rejects the key."))
        #expect(check("webhook keys", in: wrong)?["status"] == "ok")
        #expect(check("clock", in: wrong)?["status"] == "ok")
        #expect(check("public URL", in: wrong)?["status"] == "warning")
        #expect(problems(in: away) == ["provider"])
        #expect(away.output.contains("cannot be reached"))
    }

    private func problems(in run: CLIRun) -> [String] {
        let checks = (try? JSON(parsing: run.output))?["checks"]?.array ?? []
        return checks.filter { $0["status"] == "problem" }.compactMap { $0["name"]?.string }.sorted()
    }

    private func check(_ name: String, in run: CLIRun) -> JSON? {
        (try? JSON(parsing: run.output))?["checks"]?.array?.first { $0["name"]?.string == name }
    }
}
