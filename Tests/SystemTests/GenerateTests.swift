import Core
import Foundation
import TestSupport
import Testing

/// `darkroom generate` against a server in a process of its own.
@Suite(.serialized)
struct GenerateTests {
    @Test func `a picture is saved and its receipt shown, also the second and the tenth time`() async throws {
        let server = try await CLIServer()

        for round in 1...10 {
            let run = try await server.run(
                "generate", "a red dress in a park", "--resolution", "256x256", "--out", "dress.png")

            #expect(run.code == 0, "round \(round): \(run.errors)")
            #expect(run.output == "dress.png\n")
            #expect(run.errors.contains("\(round == 1 ? "saved" : "overwrote") dress.png (256 × 256"))
            #expect(run.errors.contains("captured 3.00 credits"))
        }

        let png = try #require(FileManager.default.contents(atPath: server.folder.path + "/dress.png"))
        #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(try await server.run("audit").code == 0)
        #expect(try await server.stop() == 0)
    }

    @Test func `several pictures get names of their own, in the format of the ending`() async throws {
        let server = try await CLIServer()

        let run = try await server.run(
            "generate", "three", "apples", "--num-images", "3", "--resolution", "256x256", "--seed", "7", "--out", "apples.jpg")

        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output == "apples.jpg\napples-2.jpg\napples-3.jpg\n")
        for name in ["apples.jpg", "apples-2.jpg", "apples-3.jpg"] {
            let bytes = try #require(FileManager.default.contents(atPath: server.folder.path + "/" + name))
            #expect(bytes.starts(with: [0xFF, 0xD8]))
        }
        #expect(run.errors.contains("captured 9.00 credits"))
    }

    @Test func `a file is sent and worked on`() async throws {
        let server = try await CLIServer()
        _ = try await server.run("generate", "a dog", "--resolution", "256x256", "--out", "dog.png")

        let oil = try await server.run("generate", "an oil painting", "--input", "dog.png", "--out", "oil.png")
        let cut = try await server.run("generate", "--kind", "background_removal", "--input", "dog.png", "--out", "cut.webp")

        #expect(oil.code == 0, "\(oil.errors)")
        #expect(cut.code == 0, "\(cut.errors)")
        let webp = try #require(FileManager.default.contents(atPath: server.folder.path + "/cut.webp"))
        #expect(webp.starts(with: Array("RIFF".utf8)))
    }

    @Test func `without waiting the job is printed as JSON, and goes on`() async throws {
        let server = try await CLIServer()

        let run = try await server.run("generate", "a lighthouse", "--async")

        #expect(run.code == 0)
        let job = try JSON(parsing: run.output)
        #expect(job["status"] == "queued")
        #expect(ID<Job>(checking: job["id"]?.string ?? "") != nil)
    }

    @Test func `a failed job says why, costs nothing and exits with 1`() async throws {
        let server = try await CLIServer()

        let run = try await server.run("generate", "a sandbox:policy", "--out", "no.png")

        #expect(run.code == 1)
        #expect(run.errors.contains("captured 0.00 credits, 6.00 given back"))
        #expect(run.errors.contains("content policy"))
        #expect(!FileManager.default.fileExists(atPath: server.folder.path + "/no.png"))
    }

    @Test(arguments: [
        (["generate", ""], "'prompt' must have"),
        (["generate", "a dog", "--num-images", "9"], "'numImages' must be from 1 to 4"),
        (["generate", "a dog", "--kind", "sculpture"], "There is no kind 'sculpture'"),
        (["generate", "a dog", "--out", "dog.bmp"], "pictures come as .png"),
        (["generate", "a dog", "--out", "nowhere/dog.png"], "there is no folder"),
        (["generate", "a dog", "--input", "nothing.png"], "there is no such file"),
        (["generate", "a dog", "--async", "--out", "dog.png"], "--async does not wait"),
        (["generate"], "Say what to make"),
    ])
    func `what cannot be meant exits with 2 and reserves nothing`(arguments: [String], words: String) async throws {
        let server = try await Shared.server()

        let run = try await CLIRun.run(arguments, in: server.folder.path)

        #expect(run.code == 2)
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test func `too few credits exit with 3, and say how many there are`() async throws {
        let server = try await Shared.server()
        let token = try await server.signUp("poor@example.com")
        let made = try await server.post("/api/keys", ["name": "test"], bearer: token)
        let key = try #require(made.json["key"]?.string)

        let run = try await server.run("generate", "a dog", "--quality", "hd", "--url", server.url, environment: ["DARKROOM_KEY": key])

        #expect(run.code == 3)
        #expect(run.errors.contains("This costs 12.00 credits, and 10.00 are available."))
    }

    @Test func `a wrong key is refused with 2`() async throws {
        let server = try await Shared.server()

        let run = try await server.run("generate", "a dog", "--url", server.url, "--key", "dk_wrong")

        #expect(run.code == 2)
        #expect(run.errors.contains("This API key does not exist or was revoked."))
    }

    @Test func `where no server runs it says how to start one, and exits with 4`() async throws {
        let folder = try TemporaryFolder()

        let none = try await CLIRun.run(["generate", "a dog"], in: folder.path)
        let away = try await CLIRun.run(
            ["generate", "a dog", "--url", "http://127.0.0.1:\(CLIServer.freePort())", "--key", "dk_x"], in: folder.path)

        #expect(none.code == 4)
        #expect(none.errors.contains("darkroom serve --data ./data"))
        #expect(away.code == 4)
        #expect(away.errors.contains("cannot be reached: connection refused"))
    }

    @Test func `a server that was killed counts as none`() async throws {
        let server = try await CLIServer()
        try await server.kill()

        #expect(try await server.run("generate", "a dog").code == 4)
    }

    @Test func `waiting goes on over a restart of the server, and the picture is paid for once`() async throws {
        let folder = try TemporaryFolder()
        let ports = (server: try await CLIServer.freePort(), sandbox: try await CLIServer.freePort())
        func serve() throws -> CLIProcess {
            let process = try CLIProcess(
                ["serve", "--port", "\(ports.server)", "--sandbox-port", "\(ports.sandbox)"], in: folder.path)
            try process.start()
            return process
        }
        let first = try serve()
        try await poll(30) { first.output.contains("is serving at") }
        let waiting = try CLIProcess(["generate", "a dog sandbox:slow=5", "--resolution", "256x256", "--out", "dog.png"], in: folder.path)
        try waiting.start()
        try await poll(30) { waiting.errors.contains("Rendering") }

        first.signal(SIGKILL)
        _ = try await first.end(within: 10)
        let second = try serve()
        let code = try await waiting.end(within: 90)

        #expect(code == 0, "\(waiting.errors)")
        #expect(waiting.errors.contains("captured 3.00 credits"))
        #expect(waiting.errors.contains("997.00 left"))
        second.signal(SIGTERM)
        #expect(try await second.end(within: 30) == 0)
    }

    @Test func `one Ctrl-C says that the job goes on, a second stops waiting`() async throws {
        let server = try await CLIServer()
        let waiting = try CLIProcess(["generate", "a sandbox:never"], in: server.folder.path)
        try waiting.start()
        try await poll(30) { waiting.errors.contains("processing") }

        waiting.signal(SIGINT)
        try await poll(10) { waiting.errors.contains("Press Ctrl-C again") }
        waiting.signal(SIGINT)

        #expect(try await waiting.end(within: 10) == 130)
    }
}

/// One server for tests that leave it as it was.
enum Shared {
    private static let task = Task { try await CLIServer() }

    static func server() async throws -> CLIServer { try await task.value }
}
