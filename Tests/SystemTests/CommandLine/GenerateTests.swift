import Core
import Foundation
import TestSupport
import Testing

/// `darkroom generate` against a server in a process of its own.
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
        #expect(await server.stop() == 0)
    }

    @Test func `several pictures get names of their own, in the format of the ending`() async throws {
        let server = try await CLIServer()

        let run = try await server.run(
            "generate", "three", "apples", "--num-images", "3", "--resolution", "256x256", "--seed", "7", "--out",
            "apples.jpg")

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
        let cut = try await server.run(
            "generate", "--kind", "background_removal", "--input", "dog.png", "--out", "cut.webp")

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
        #expect(run.errors.contains("captured 0.00 credits, 6.00 released"))
        #expect(run.errors.contains("content policy"))
        #expect(!FileManager.default.fileExists(atPath: server.folder.path + "/no.png"))
    }

    @Test func `where no server runs it says how to start one, and exits with 4`() async throws {
        let folder = try TemporaryFolder()

        let none = try await CLIRun.run(["generate", "a dog"], in: folder.path)
        let away = try await CLIRun.run(
            ["generate", "a dog", "--url", "http://127.0.0.1:\(FreePorts.block())", "--key", "dk_x"], in: folder.path)

        #expect(none.code == 4)
        #expect(none.errors.contains("darkroom serve --data ./data"))
        #expect(away.code == 4)
        #expect(away.errors.contains("cannot be reached: connection refused"))
    }

    @Test func `a server that was killed counts as none`() async throws {
        let server = try await CLIServer()
        await server.kill()

        #expect(try await server.run("generate", "a dog").code == 4)
    }

    @Test func `waiting goes on over a restart of the server, and the picture is paid for once`() async throws {
        let server = try await CLIServer()
        let waiting = try await server.start(
            "generate", "a dog sandbox:slow=5", "--resolution", "256x256", "--out", "dog.png")
        try await waiting.waits(for: "Rendering")

        await server.kill()
        let again = try await CLIServer(folder: server.folder, port: server.port)

        #expect(await waiting.exit() == 0, "\(waiting.errors)")
        #expect(waiting.errors.contains("captured 3.00 credits"))
        #expect(waiting.errors.contains("997.00 available"))
        #expect(await again.stop() == 0)
    }

    @Test func `one Ctrl-C says that the job goes on, a second stops waiting`() async throws {
        let server = try await CLIServer()
        let waiting = try await server.start("generate", "a sandbox:never")
        try await waiting.waits(for: "processing")

        waiting.interrupt()
        try await waiting.waits(for: "Press Ctrl-C again")
        waiting.interrupt()

        #expect(await waiting.exit() == 130)
        #expect(waiting.errors.contains("continues on the server."))
    }
}
