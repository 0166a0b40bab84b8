import Core
import Foundation
import Testing
@testable import FalEmulator

/// What each endpoint returns for a valid input, and for a picture that it cannot use.
struct OutputTests {
    /// A picture with a subject on a plain ground, as an address that has it within.
    private static func picture(_ width: Int = 64, _ height: Int = 48) throws -> JSON {
        var pixels = [UInt8](repeating: 240, count: width * height * 3)
        for y in height / 4..<height * 3 / 4 {
            for x in width / 4..<width / 2 { pixels[(y * width + x) * 3] = 10 }
        }
        return try uri(Picture(pixels: pixels, width: width, height: height, bands: 3))
    }

    private static func uri(_ picture: Picture) throws -> JSON {
        .string("data:image/png;base64," + Data(try picture.encoded(.png)).base64EncodedString())
    }

    private func files(_ output: JSON) -> [FalFile] {
        (output["images"]?.array ?? [output["image"] ?? .null]).compactMap { FalFile($0) }
    }

    @Test(arguments: [
        ("fal-ai/flux/dev/image-to-image", ["prompt": "noir", "strength": .decimal(Decimal(1) / 100)], "jpeg"),
        ("fal-ai/flux/dev/image-to-image", ["prompt": "noir", "strength": 1, "output_format": "png"], "png"),
        ("fal-ai/image-editing/style-transfer", ["prompt": "pencil sketch"], "jpeg"),
        ("fal-ai/image-editing/style-transfer", ["output_format": "png"], "png"),
        ("fal-ai/birefnet", [:], "png"), ("fal-ai/birefnet", ["output_format": "webp"], "webp"),
        // The sandbox writes no GIF.
        ("fal-ai/birefnet/v2", ["output_format": "gif"], "png"), ("fal-ai/birefnet/v2", ["mask_only": true], "png"),
        ("fal-ai/imageutils/rembg", [:], "png"),
    ] as [(String, [String: JSON], String)])
    func `a picture comes back in its own size, in the format asked for`(
        app: String, input: [String: JSON], format: String
    ) async throws {
        try await FalWorld.with { world async throws in
            let input = try input.merging(["image_url": Self.picture()]) { one, _ in one }
            let response = try await world.result(.object(input), app: app)
            try #require(response.status == 200)
            let file = try #require(files(try response.json()).first)

            let bytes = try await world.send(.get, file.url, key: nil).bytes
            let info = try PictureInfo(inspecting: bytes)
            #expect(info.format.rawValue == format && info.width == 64 && info.height == 48)
            #expect(file.contentType == "image/\(format)" && file.width == 64 && file.height == 48)
            #expect(file.fileSize == bytes.count)
        }
    }

    @Test func `each model wraps its files in the members of fal's own`() async throws {
        try await FalWorld.with { world async throws in
            func members(_ app: String, _ more: [String: JSON] = [:]) async throws -> [String] {
                let input = try more.merging(["prompt": "a", "image_url": Self.picture()]) { one, _ in one }
                return try await world.result(.object(input), app: app).json().object?.keys.sorted() ?? []
            }
            let painted = ["has_nsfw_concepts", "images", "prompt", "seed", "timings"]

            #expect(try await members("fal-ai/flux/dev", ["image_size": "square"]) == painted)
            #expect(try await members("fal-ai/flux/dev/image-to-image") == painted)
            #expect(try await members("fal-ai/image-editing/style-transfer") == ["images", "seed"])
            #expect(try await members("fal-ai/birefnet") == ["image"])
            #expect(try await members("fal-ai/birefnet", ["output_mask": true]) == ["image", "mask_image"])
            #expect(try await members("fal-ai/imageutils/rembg", ["crop_to_bbox": true]) == ["image"])
        }
    }

    @Test func `a cut-out is cropped to its subject, or has its mask beside it, as asked`() async throws {
        try await FalWorld.with { world async throws in
            let picture = try Self.picture(128, 96)
            let cropped = try await world.result(
                ["image_url": picture, "crop_to_bbox": true], app: "fal-ai/imageutils/rembg").json()
            let masked = try await world.result(
                ["image_url": picture, "output_mask": true], app: "fal-ai/birefnet").json()

            let width = try #require(files(cropped).first?.width)
            #expect((10..<100).contains(width))
            let mask = try #require(masked["mask_image"].flatMap { FalFile($0) })
            let info = try PictureInfo(inspecting: try await world.send(.get, mask.url, key: nil).bytes)
            #expect(info.width == 128 && info.height == 96 && info.format == .png)
        }
    }

    @Test func `the same prompt and seed give the same file, and a seed that is not given is told`() async throws {
        try await FalWorld.with { world async throws in
            func make(_ seed: Int64?) async throws -> (seed: Int64?, bytes: [UInt8]) {
                var input: [String: JSON] = ["prompt": "a park", "image_size": ["width": 64, "height": 48]]
                input["seed"] = seed.map { .integer($0) }
                let output = try await world.result(.object(input)).json()
                let bytes = try await world.send(.get, try #require(files(output).first).url).bytes
                return (output["seed"]?.integer, bytes)
            }
            let (one, other, chance) = (try await make(7), try await make(7), try await make(nil))

            #expect(one.seed == 7 && one.bytes == other.bytes)
            let again = try await make(try #require(chance.seed))
            #expect(again.bytes == chance.bytes && chance.bytes != one.bytes)
        }
    }

    @Test func `in the synchronous mode the files come within the response`() async throws {
        try await FalWorld.with { world async throws in
            let output = try await world.result([
                "prompt": "a park", "image_size": ["width": 64, "height": 48], "sync_mode": true, "num_images": 2,
            ]).json()

            #expect(files(output).count == 2)
            for file in files(output) {
                try #require(file.url.hasPrefix("data:image/jpeg;base64,"))
                let bytes = [UInt8](try DataURI(file.url, limit: 1_000_000).bytes)
                #expect(try PictureInfo(inspecting: bytes).width == 64)
            }
        }
    }

    @Test(arguments: [
        (["width": 1000, "height": 1000], 1, "1"), (["width": 1001, "height": 1000], 2, "4"),
    ] as [(JSON, Int64, String)])
    func `what would be billed is whole megapixels for each picture`(size: JSON, count: Int64, units: String)
        async throws
    {
        try await FalWorld.with { world async throws in
            let response = try await world.result(["prompt": "a", "image_size": size, "num_images": .integer(count)])

            #expect(response.header("x-fal-billable-units") == units)
            #expect(response.header("x-fal-needs-retry") == nil)
        }
    }

    // MARK: Pictures that cannot be used

    @Test(arguments: [
        ("data:image/png;base64,AAAA", "image_load_error"), ("data:image/png;base64,", "image_load_error"),
        ("data:image/png;base64,!!!", "file_download_error"), ("data:nothing", "file_download_error"),
        ("own:/files/00000000000000000000000000000001.png", "file_download_error"),
        ("own:/files/../sandbox.sqlite", "file_download_error"), ("own:/nothing", "file_download_error"),
        // The page is there, but it is no picture.
        ("own:/", "image_load_error"), ("http://", "file_download_error"),
    ])
    func `a picture that cannot be had or read fails with the type of fal's own error`(
        address: String, type: String
    ) async throws {
        try await FalWorld.with { world async throws in
            let url = address.hasPrefix("own:") ? world.url + address.dropFirst(4) : address
            let response = try await world.result(["image_url": .string(url)], app: "fal-ai/birefnet")

            #expect(response.status == 422)
            let complaint = try response.json()["detail"]?.array?.first
            #expect(complaint?["type"]?.string == type && complaint?["loc"] == ["body", "image_url"])
            #expect(response.header("x-fal-needs-retry") == "0")
        }
    }

    @Test func `a picture of more than 40 megapixels is too large`() async throws {
        try await FalWorld.with { world async throws in
            let wide = try Picture(
                pixels: .init(repeating: 200, count: 8001 * 5000), width: 8001, height: 5000, bands: 1)
            let response = try await world.result(["image_url": Self.uri(wide)], app: "fal-ai/birefnet")

            #expect(response.status == 422)
            #expect(try response.json()["detail"]?.array?.first?["type"] == "image_too_large")
        }
    }

    @Test func `a file of more than 10 MB is too large, whether within the input or at an address`() async throws {
        try await FalWorld.with { world async throws in
            let folder = FileManager.default.temporaryDirectory.appending(path: "inputs-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            let files = try FileHost(folder: folder, lifetime: .zero, limit: 1)
            let images = InputImages(client: world.client, files: files)
            let size = InputImages.sizeLimit
            let token = try await world.send(.post, "/files/upload", [UInt8](repeating: 0, count: size + 1)).json()
            let data = "data:image/png;base64," + String(repeating: "A", count: size / 3 * 4 + 12)

            for url in [data, try #require(token["access_url"]?.string)] {
                await #expect {
                    _ = try await images.bytes(of: url, ownURL: "http://elsewhere.test")
                } throws: { error in
                    let complaint = (error as? Outcome)?.body["detail"]?.array?.first
                    return complaint?["type"] == "file_too_large"
                        && complaint?["ctx"]?["max_size"] == .integer(Int64(size))
                }
            }
        }
    }

    @Test func `a picture that the sandbox made is an input of it`() async throws {
        try await FalWorld.with { world async throws in
            let made = try await world.result(["prompt": "a", "image_size": ["width": 64, "height": 48]]).json()
            let url = try #require(files(made).first?.url)

            let response = try await world.result(["image_url": .string(url)], app: "fal-ai/birefnet")
            #expect(files(try response.json()).first?.width == 64)
        }
    }
}
