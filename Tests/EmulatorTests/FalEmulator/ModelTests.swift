import Core
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
