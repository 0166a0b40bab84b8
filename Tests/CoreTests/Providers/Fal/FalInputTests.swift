@testable import Core
import Foundation
import Testing
import TestSupport

/// What fal receives for each endpoint of the catalog: every parameter under the name and in the form of the model's
/// own schema.
struct FalInputTests {
    private static let prompt: JSON = "a \"red\" dress\nin 😀 park \u{2028}"
    private static let picture: JSON = "https://app.example.com/f/1?s=a&e=2"
    private static let everything: [String: JSON] = [
        "prompt": prompt, "negativePrompt": "blur", "width": 1024, "height": 576,
        "numImages": 4, "seed": 4_294_967_295, "format": "jpeg", "inputAssetId": picture,
        "strength": .decimal(Decimal(80) / 100), "quality": "hd", "resolution": "1K", "aspectRatio": "16:9",
    ]

    @Test(arguments: [
        ("fal-ai/flux/schnell", [
            "prompt": FalInputTests.prompt, "image_size": ["width": 1024, "height": 576], "num_images": 4,
            "seed": 4_294_967_295, "output_format": "jpeg",
        ]),
        ("fal-ai/flux/dev", [
            "prompt": FalInputTests.prompt, "image_size": ["width": 1024, "height": 576], "num_images": 4,
            "seed": 4_294_967_295, "output_format": "jpeg",
        ]),
        ("fal-ai/fast-sdxl", [
            "prompt": FalInputTests.prompt, "negative_prompt": "blur", "image_size": ["width": 1024, "height": 576],
            "num_images": 4, "seed": 4_294_967_295, "format": "jpeg",
        ]),
        ("fal-ai/flux/dev/image-to-image", [
            "prompt": FalInputTests.prompt, "image_url": FalInputTests.picture, "strength": .decimal(Decimal(80) / 100),
            "num_images": 4, "seed": 4_294_967_295, "output_format": "jpeg",
        ]),
        ("fal-ai/birefnet", ["image_url": FalInputTests.picture, "output_format": "jpeg"]),
    ] as [(String, JSON)])
    func `every parameter reaches the model by its own name for it, and no other does`(id: String, expected: JSON)
        async throws
    {
        try await submit(id, Self.everything) { body throws in
            #expect(try JSON(parsing: body) == expected)
        }
    }

    @Test(arguments: ["fal-ai/flux/schnell", "fal-ai/flux/dev", "fal-ai/fast-sdxl"])
    func `what a job does not have is left to the model, and is not sent as null`(id: String) async throws {
        try await submit(id, ["prompt": "a", "width": 512, "height": 512]) { body throws in
            #expect(try JSON(parsing: body) == ["prompt": "a", "image_size": ["width": 512, "height": 512]])
        }
    }

    @Test func `numbers are sent as they are: a share is no text, and a large seed no float`() async throws {
        try await submit("fal-ai/flux/dev/image-to-image", Self.everything) { body throws in
            #expect(body.contains(#""strength":0.8,"#) || body.contains(#""strength":0.8}"#))
            #expect(body.contains(#""seed":4294967295"#))
        }
    }

    @Test func `every endpoint of fal is an app of fal's, and none is left out here`() async throws {
        let endpoints = try await CatalogSnapshot.released().endpoints.values
        let ids = endpoints.filter { $0.provider == .fal }.map(\.id.rawValue)

        #expect(ids.allSatisfy { FalAppID($0)?.description == $0 })
        #expect(Set(ids) == [
            "fal-ai/flux/schnell", "fal-ai/flux/dev", "fal-ai/fast-sdxl", "fal-ai/flux/dev/image-to-image",
            "fal-ai/birefnet",
        ])
    }

    private func submit(
        _ id: String, _ parameters: [String: JSON], _ check: (String) throws -> Void
    ) async throws {
        let id = EndpointID(rawValue: id)
        let endpoint = try #require(try await CatalogSnapshot.released().endpoints[id])
        try await FalDriver.with({ _ in FalDriver.json(200, FalDriver.accepted) }) { provider, server async throws in
            _ = await provider.submit(
                Submission(endpoint: id, input: endpoint.input(parameters), webhookURL: "http://localhost/"))
            try check(try #require(server.bodies.first))
        }
    }
}
