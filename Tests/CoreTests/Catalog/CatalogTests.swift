@testable import Core
import SQL
import TestSupport
import Testing

struct CatalogTests {
    private let world: TestWorld
    private let catalog: CatalogSnapshot

    init() async throws {
        world = try await TestWorld()
        catalog = try await world.database.read { try $0.catalog.catalog() }
    }

    private func endpoint(_ id: String, _ kind: KindName = .textToImage) throws -> Endpoint {
        try catalog.endpoint(EndpointID(rawValue: id), for: catalog.kind(kind))
    }

    @Test func `an unknown kind or endpoint is refused with a list of those that exist`() throws {
        #expect(
            throws: CatalogSnapshot.Refusal.unknownKind(
                "poem", known: ["background_removal", "style_transfer", "text_to_image"])
        ) {
            try catalog.kind("poem")
        }
        #expect(throws: CatalogSnapshot.Refusal.unknownEndpoint(
            "fal-ai/birefnet", kind: .textToImage,
            known: ["fal-ai/fast-sdxl", "fal-ai/flux/dev", "fal-ai/flux/schnell"])
        ) { try endpoint("fal-ai/birefnet") }
    }

    @Test func `every kind's default endpoint serves it, and accepts what the kind requires`() throws {
        for kind in catalog.kinds.values {
            let endpoint = try catalog.endpoint(nil, for: kind)
            for parameter in kind.parameters.parameters where parameter.required == true {
                #expect(endpoint.parametersSent.contains(parameter.name))
            }
            #expect(kind.timeLimit == .seconds(3600))
            #expect(kind.isRepeatable)
        }
    }

    @Test func `every endpoint is sent only what its kind knows`() throws {
        for endpoint in catalog.endpoints.values {
            let known = Set(try catalog.kind(endpoint.kind).parameters.parameters.map(\.name) + ["width", "height"])
            #expect(endpoint.parametersSent.subtracting(known) == [])
        }
    }

    @Test func `what a job does not have is left out of what is sent`() throws {
        let input = try endpoint("fal-ai/flux/schnell").input([
            "prompt": "a", "width": 1024, "height": 768, "numImages": 2, "format": "png",
        ])

        #expect(input == [
            "prompt": "a", "image_size": ["width": 1024, "height": 768], "num_images": 2, "output_format": "png",
        ])
        #expect(try endpoint("fal-ai/flux/schnell").input(["prompt": "a"]) == ["prompt": "a"])
        #expect(try endpoint("fal-ai/flux/schnell").input([:]) == [:])
    }

    @Test func `a person's text is sent as it is, even if it looks like a template`() throws {
        let input = try endpoint("fal-ai/fast-sdxl").input(
            ["prompt": "{seed}", "negativePrompt": "{prompt}", "seed": 7])

        #expect(input == ["prompt": "{seed}", "negative_prompt": "{prompt}", "seed": 7])
    }

    @Test func `what it will cost us is known beforehand`() throws {
        let schnell = try endpoint("fal-ai/flux/schnell")

        #expect(schnell.expectedCost(outputs: 1, width: 1000, height: 1000) == 3_000)
        #expect(schnell.expectedCost(outputs: 2, width: 1024, height: 1024) == 12_000)
        #expect(schnell.expectedCost(outputs: 1, width: nil, height: nil) == 6_000)
        #expect(schnell.expectedCost(outputs: 1, width: 16, height: 16) == 3_000)
    }

    @Test func `an edit is in force within seconds, and until then one read serves all`() async throws {
        _ = try await world.catalog.current()
        try await world.database.write(order: .alone) {
            try $0.execute("UPDATE endpoints SET disabled_at = 1 WHERE id = 'fal-ai/flux/dev'")
            try $0.execute("INSERT INTO prices (version, document, published_at) SELECT 2, document, 1 FROM prices")
        }

        #expect(try await world.catalog.current().prices.version == 1)
        world.clock.advance(by: .seconds(5))

        #expect(try await world.catalog.current().prices.version == 2)
        #expect(try await world.catalog.current().endpoints[EndpointID(rawValue: "fal-ai/flux/dev")] == nil)
    }
}
