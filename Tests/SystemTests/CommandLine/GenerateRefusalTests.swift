import Core
import Foundation
import TestSupport
import Testing

extension OneCLIServer {
    /// What `darkroom generate` refuses, and the exit code by which a script can distinguish it.
    struct GenerateRefusalTests {
        @Test(arguments: [
            (["generate", ""], "'prompt' must have"),
            (["generate", "a dog", "--num-images", "9"], "'numImages' must be from 1 to 4"),
            (["generate", "a dog", "--kind", "sculpture"], "Unknown kind 'sculpture'"),
            (["generate", "a dog", "--out", "dog.bmp"], "must end in .png"),
            (["generate", "a dog", "--out", "nowhere/dog.png"], "/nowhere does not exist"),
            (["generate", "a dog", "--input", "nothing.png"], "neither an existing file"),
            (["generate", "a dog", "--async", "--out", "dog.png"], "--async and --out cannot be combined"),
            (["generate"], "Give a prompt"),
            (
                ["generate", "a dog", "--url", "http://127.0.0.1:1"],
                "To create a key, run 'darkroom admin create-key' where the server runs"
            ),
        ])
        func `what is invalid exits with 2 and reserves nothing`(
            arguments: [String], message: String
        ) async throws {
            let server = try OneCLIServer.server()

            let run = try await CLIRun.run(arguments, in: server.folder.path)

            #expect(run.code == 2)
            #expect(run.errors.contains(message), "\(run.errors)")
            #expect(run.output.isEmpty)
        }

        @Test func `too few credits exit with 3, and say how many there are`() async throws {
            let server = try OneCLIServer.server()
            let made = try await server.signUp("poor@example.com").post("/api/keys", ["name": "test"])
            let key = try #require(made["key"]?.string)

            let run = try await server.run(
                "generate", "a dog", "--quality", "hd", "--url", server.url, environment: ["DARKROOM_KEY": key])

            #expect(run.code == 3)
            #expect(run.errors.contains("This costs 12.00 credits, but only 10.00 are available."))
        }

        @Test func `a wrong key is refused with 2`() async throws {
            let server = try OneCLIServer.server()

            let run = try await server.run("generate", "a dog", "--url", server.url, "--key", "dk_wrong")

            #expect(run.code == 2)
            #expect(run.errors.contains("This API key does not exist or was revoked."))
        }
    }
}
