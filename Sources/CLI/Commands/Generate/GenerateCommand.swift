import ArgumentParser
import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1

/// `darkroom generate`: asks a server for pictures, waits for them and saves them.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Generates images and saves them.",
        discussion: """
            Without --url and --key, the command uses the server of the local data folder, as its first administrator.

            Examples:
              darkroom generate "a red dress in a park" --out dress.png
              darkroom generate "three apples" --num-images 3 --out apples.jpg
              darkroom generate "an oil painting" --input photo.jpg --out oil.png
              darkroom generate --kind background_removal --input a.jpg --out b.png
              darkroom generate "a lighthouse" --async --url URL --key dk_…

            Exit codes: 0 done, 1 the job failed, 2 invalid arguments, 3 too few credits, 4 server unreachable, 130 \
            interrupted.
            """)

    @Argument(help: "The prompt. Quotes around several words are optional.") var prompt: [String] = []
    @Option(name: [.short, .customLong("out")], help: """
        The file to save to. Its extension sets the format. Further images are saved as name-2.png and so on. \
        Existing files are overwritten.
        """)
    var out: String?
    @Option(help: "The kind of job; GET /api/kinds lists them. Default: text_to_image, or style_transfer with --input")
    var kind: String?
    @Option(help: "The endpoint (model) of the provider, such as fal-ai/flux/dev.") var endpoint: String?
    @Option(help: "The size, such as 1024x1024, or 512, 1K, 2K or 4K.") var resolution: String?
    @Option(help: "The aspect ratio, such as 16:9.") var aspectRatio: String?
    @Option(help: "The quality: standard, high or hd.") var quality: String?
    @Option(help: "The number of images.") var numImages: Int?
    @Option(help: "The seed. The same seed gives the same image.") var seed: Int?
    @Option(help: "What the image must not show, if the endpoint supports it.") var negativePrompt: String?
    @Option(help: "The input image: a file, which is uploaded first, or the id of an asset.") var input: String?
    @Flag(name: .customLong("async"), help: "Print the job as JSON, and do not wait for the result.")
    var isAsync = false
    @Flag(help: "Wait for the result, and show progress. This is the default.") var blocking = false
    @Option(help: "The URL of the server. Default: DARKROOM_URL") var url: String?
    @Option(help: "An API key of the server. Default: DARKROOM_KEY") var key: String?
    @Option(help: "The data folder whose server to use if there is no --url. Default: ./data")
    var data: String?

    func validate() throws {
        guard !(isAsync && blocking) else { throw ValidationError("--async and --blocking cannot be combined.") }
        guard !(isAsync && out != nil) else {
            throw ValidationError("--async and --out cannot be combined: --async does not wait for a result to save.")
        }
        guard !prompt.isEmpty || kind != nil else {
            throw ValidationError("Give a prompt: darkroom generate \"a red dress in a park\"")
        }
    }

    func run() async throws {
        let files = try out.map { try OutputFiles($0) }
        let target = try await Target.resolve(url: url, key: key, data: data)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.outgoing)
        do {
            try await run(APIClient(target: target, client: client, time: .system), files)
        } catch {
            try await leave(target, client)
            throw error
        }
        try await leave(target, client)
    }

    private func run(_ api: APIClient, _ files: OutputFiles?) async throws {
        let run = ID<Job>.make(at: Time.system.now())
        let asset =
            if let input { try await InputPicture.asset(input, api, idempotencyKey: "cli-\(run)-input") } else {
                nil as String?
            }
        let response = try await api.json(.init(
            method: .POST, path: "/api/generate",
            headers: ["Content-Type": "application/json", "Idempotency-Key": "cli-\(run)"],
            body: Array(body(asset: asset, format: files?.format).text.utf8), isFirst: input == nil))
        guard let job = response["job"], let id = job["id"]?.string else {
            throw Failure(.failed, "The response of the server contains no job.")
        }
        if isAsync { return say(job.text) }
        let display = ProgressDisplay(time: .system)
        await display.note("job \(id), \(Receipt.credits(job["estimatedCredits"])) credits reserved")
        let details: JSON
        do {
            details = try await FollowJob(api: api, job: id, display: display, time: .system)()
        } catch {
            await display.finish()
            throw error
        }
        await display.finish()
        try await finish(details, api, files)
    }

    private func body(asset: String?, format: String?) -> JSON {
        let members: [String: JSON?] = [
            "prompt": prompt.isEmpty ? nil : .string(prompt.joined(separator: " ")),
            "kind": (kind ?? (input == nil ? nil : "style_transfer")).map { .string($0) },
            "endpoint": endpoint.map { .string($0) },
            "resolution": resolution.map { .string($0) }, "aspectRatio": aspectRatio.map { .string($0) },
            "quality": quality.map { .string($0) }, "numImages": numImages.map { .integer(Int64($0)) },
            "seed": seed.map { .integer(Int64($0)) }, "negativePrompt": negativePrompt.map { .string($0) },
            "inputAssetId": asset.map { .string($0) }, "format": format.map { .string($0) },
        ]
        return .object(members.compactMapValues { $0 })
    }

    private func finish(_ details: JSON, _ api: APIClient, _ files: OutputFiles?) async throws {
        let receipt = Receipt(details)
        guard details["job"]?["status"] == "completed" else {
            complain(receipt.sentence)
            let message = details["job"]?["error"]?["message"]?.string ?? "The job was cancelled."
            throw Failure(.failed, message)
        }
        let outputs = details["outputs"]?.array ?? []
        if let files {
            for saved in try await SaveOutputs(api: api, files: files, time: .system)(outputs) {
                complain(saved.note)
                // For scripts; a person has just read it.
                if isatty(STDOUT_FILENO) == 0 { say(saved.path) }
            }
        } else {
            for output in outputs { say(output["url"]?.string ?? "") }
        }
        complain(receipt.sentence)
    }

    private func leave(_ target: Target, _ client: HTTPClient) async throws {
        try await target.leave()
        try await client.shutdown()
    }

    /// A stream sends something every fifteen seconds; one that is silent for longer is dead.
    private static var outgoing: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = .seconds(40)
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
