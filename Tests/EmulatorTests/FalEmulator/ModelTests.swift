import Core
import Foundation
import Testing
@testable import FalEmulator

struct ModelTests {
    private func complaints(_ model: Model, _ input: JSON) -> [String] {
        do throws(Outcome) {
            _ = try model.order(input)
            return []
        } catch {
            return (error.body["detail"]?.array ?? []).map { complaint in
                let place = complaint["loc"]?.array?.compactMap(\.string).dropFirst().joined(separator: ".") ?? ""
                return place + " " + (complaint["type"]?.string ?? "")
            }
        }
    }

    @Test func `every endpoint accepts a valid input`() {
        let picture: JSON = "https://example.com/a.png"
        for model in Model.allCases {
            #expect(complaints(model, ["prompt": "x", "image_url": picture]) == [])
        }
    }

    @Test(arguments: [
        ([:], "prompt missing"), (["prompt": 7], "prompt string_type"),
        (["prompt": "x", "num_images": 0], "num_images greater_than_equal"),
        (["prompt": "x", "num_images": 5], "num_images less_than_equal"),
        (["prompt": "x", "num_images": "2"], "num_images int_type"),
        (["prompt": "x", "seed": "7"], "seed int_type"), (["prompt": "x", "seed": -1], "seed greater_than_equal"),
        (["prompt": "x", "image_size": "huge"], "image_size enum"),
        (["prompt": "x", "image_size": 7], "image_size model_type"),
        (["prompt": "x", "image_size": ["width": 0]], "image_size.width greater_than_equal"),
        (["prompt": "x", "image_size": ["width": 14_143]], "image_size.width less_than_equal"),
        (["prompt": "x", "image_size": ["width": 14_142, "height": 14_142]], "image_size image_too_large"),
        (["prompt": "x", "output_format": "webp"], "output_format literal_error"),
        (["prompt": "x", "sync_mode": "yes"], "sync_mode bool_type"),
        (["prompt": "x", "guidance_scale": 0], "guidance_scale greater_than_equal"),
    ] as [(JSON, String)])
    func `a complaint about an input has its place and type`(input: JSON, complaint: String) {
        #expect(complaints(.fluxSchnell, input) == [complaint])
    }

    /// The ranges of fal's own pages: the bounds are accepted, and the next number to either side is not.
    @Test(arguments: [
        (Model.fluxSchnell, "num_inference_steps", 1, 12), (.fluxDev, "num_inference_steps", 1, 50),
        (.fastSDXL, "num_inference_steps", 1, 50), (.fluxImageToImage, "num_inference_steps", 10, 50),
        (.fluxSchnell, "num_images", 1, 4), (.fluxDev, "num_images", 1, 4), (.fastSDXL, "num_images", 1, 8),
        (.fluxImageToImage, "num_images", 1, 4), (.fluxDev, "guidance_scale", 1, 20),
        (.fastSDXL, "guidance_scale", 0, 20), (.birefnet, "seed", 0, 8_589_934_590),
    ] as [(Model, String, Int64, Int64)])
    func `a number has the bounds of fal's model`(model: Model, name: String, low: Int64, high: Int64) {
        func complaints(_ value: Int64) -> [String] {
            self.complaints(model, ["prompt": "x", "image_url": "https://a/b.png", name: .integer(value)])
        }
        #expect(complaints(low) == [] && complaints(high) == [])
        #expect(complaints(low - 1) == ["\(name) greater_than_equal"])
        #expect(complaints(high + 1) == ["\(name) less_than_equal"])
    }

    @Test(arguments: [
        (1, []), (100, []), (0, ["strength greater_than_equal"]), (101, ["strength less_than_equal"]),
    ] as [(Int, [String])])
    func `a strength is a share from a hundredth to the whole`(hundredths: Int, expected: [String]) {
        let strength: JSON = .decimal(Decimal(hundredths) / 100)
        let input: JSON = ["prompt": "x", "image_url": "https://a/b.png", "strength": strength]

        #expect(complaints(.fluxImageToImage, input) == expected)
    }

    @Test(arguments: [
        (Model.fluxSchnell, "output_format", ["jpeg", "png"]), (.fastSDXL, "format", ["jpeg", "png"]),
        (.fluxImageToImage, "output_format", ["jpeg", "png"]), (.styleTransfer, "output_format", ["jpeg", "png"]),
        (.birefnet, "output_format", ["png", "webp", "gif"]), (.birefnetV2, "output_format", ["png", "webp", "gif"]),
    ] as [(Model, String, [String])])
    func `a format is one of the model's own`(model: Model, name: String, formats: [String]) {
        for format in ["jpeg", "png", "webp", "gif", "tiff", "PNG", ""] {
            let found = complaints(
                model, ["prompt": "x", "image_url": "https://a/b.png", name: .string(format)])
            #expect(found == (formats.contains(format) ? [] : ["\(name) literal_error"]), "\(format)")
        }
    }

    @Test func `a prompt may have 50,000 characters, however many bytes each takes`() {
        for letter in ["a", "é", "😀"] {
            let longest = String(repeating: letter, count: 50_000)
            #expect(complaints(.fluxDev, ["prompt": .string(longest)]) == [], "\(letter)")
            #expect(complaints(.fluxDev, ["prompt": .string(longest + "a")]) == ["prompt string_too_long"], "\(letter)")
        }
    }

    @Test func `all complaints about an input are made at once, and what is not read is not complained about`() {
        let input: JSON = [
            "prompt": nil, "num_images": 0, "image_size": ["width": 0, "height": 20_000], "output_format": 5,
            "negative_prompt": 7, "acceleration": "warp", "unknown": [1],
        ]
        #expect(Set(complaints(.fluxDev, input)) == [
            "prompt missing", "num_images greater_than_equal", "image_size.width greater_than_equal",
            "image_size.height less_than_equal", "output_format literal_error",
        ])
        #expect(complaints(.fastSDXL, ["prompt": "x", "negative_prompt": 7]) == ["negative_prompt string_type"])
    }

    @Test(arguments: [
        "square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9",
        ["width": 1, "height": 14_142], ["width": 4096, "height": 4096], ["height": 1],
    ] as [JSON])
    func `a size of fal's, up to 16 megapixels, is accepted`(size: JSON) {
        #expect(complaints(.fluxDev, ["prompt": "x", "image_size": size]) == [])
    }

    @Test(arguments: [
        ["width": 4097, "height": 4096], ["width": 14_142, "height": 1187],
    ] as [JSON])
    func `a larger area is refused by the sandbox, with its bounds`(size: JSON) {
        #expect(complaints(.fluxDev, ["prompt": "x", "image_size": size]) == ["image_size image_too_large"])
    }

    @Test func `a picture must be at an address that can be fetched`() {
        #expect(complaints(.birefnet, [:]) == ["image_url missing"])
        #expect(complaints(.birefnet, ["image_url": "file:///etc/passwd"]) == ["image_url file_download_error"])
        #expect(complaints(.styleTransfer, ["image_url": 7]) == ["image_url string_type"])
    }

    @Test func `sizes go by fal's names or by pixels`() throws {
        func size(_ value: JSON) throws -> ImageSize? {
            guard case .paint(_, let size) = try Model.fluxDev.order(["prompt": "x", "image_size": value]).work else {
                return nil
            }
            return size
        }
        #expect(try size("portrait_16_9") == ImageSize(width: 576, height: 1024))
        #expect(try size(["width": 700]) == ImageSize(width: 700, height: 512))
        #expect(try size(nil) == .landscape4x3)
    }
}
