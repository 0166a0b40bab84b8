@testable import Core
import Foundation
import Testing

/// What an endpoint is sent, and what it costs, without a database.
struct EndpointTests {
    private func endpoint(
        _ request: JSON = [:], unit: Endpoint.CostUnit = .image, cost: MicroDollars = 3_000
    ) -> Endpoint {
        Endpoint(
            id: EndpointID(rawValue: "a/b"), kind: .textToImage, provider: .fal, title: "A", complexity: .one,
            request: request, costUnit: unit, cost: cost)
    }

    @Test(arguments: [
        ([:], [:]), (["a": "{x}"], ["a": 1]), (["a": "{y}"], [:]), (["a": "{x}", "b": "{y}"], ["a": 1]),
        // What has no parameter in it is sent as it is.
        (["a": "text", "b": [1, nil, true], "c": [:]], ["a": "text", "b": [1, nil, true], "c": [:]]),
        // Half a mark is text, and so is a mark within text.
        (["a": "{x", "b": "x}", "c": "a {x}", "d": " {x}"], ["a": "{x", "b": "x}", "c": "a {x}", "d": " {x}"]),
        // A list leaves out what is missing; an object of nothing but missing members is left out itself.
        (["a": ["{x}", "{y}", 2]], ["a": [1, 2]]), (["a": ["{y}"]], ["a": []]),
        (["a": ["b": ["c": "{y}"]], "d": 5], ["d": 5]), (["a": ["b": "{y}", "c": "{x}"]], ["a": ["c": 1]]),
        (["a": ["{y}", ["b": "{y}"], ["b": "{x}"]]], ["a": [["b": 1]]]),
        (["{x}": 5], ["{x}": 5]), ("{x}", 1), ("{y}", [:]),
    ] as [(JSON, JSON)])
    func `a template is filled with the job's parameters, and what a job lacks is left out`(request: JSON, sent: JSON) {
        #expect(endpoint(request).input(["x": 1]) == sent)
    }

    @Test func `a parameter is sent as it is, of whatever type, and is not filled again`() {
        let template: JSON = ["a": "{x}", "b": ["{x}"]]
        for value in [nil, true, "{y}", ["{y}", ["z": "{x}"]], .decimal(0.5)] as [JSON] {
            #expect(endpoint(template).input(["x": value, "y": "never"]) == ["a": value, "b": [value]])
        }
    }

    @Test func `the parameters of a template are found at any depth`() {
        let request: JSON = ["a": "{one}", "b": ["c": ["{two}", ["d": "{three}", "e": "{one}"]]], "f": "{", "g": "text"]

        #expect(endpoint(request).parametersSent == ["one", "two", "three"])
    }

    @Test func `a name in braces without a name is no parameter that a job could have`() {
        #expect(endpoint(["a": "{}"]).parametersSent == [""])
        #expect(endpoint(["a": "{}"]).input(["x": 1]) == [:])
    }

    @Test(arguments: [
        ("image_url: Failed to load the image. Use a JPEG.", "inputAssetId: Failed to load the image. Use a JPEG."),
        ("prompt: too long; image_url: too large", "prompt: too long; inputAssetId: too large"),
        // What is computed from a parameter has its name, and what has several behind it keeps its own.
        ("image_size: Too wide", "resolution: Too wide"), ("both: odd", "both: odd"),
        // No member of the request, and a name that is part of the text.
        ("loras: unknown", "loras: unknown"), ("the image_url: broken", "the image_url: broken"), ("odd", "odd"),
        ("image_url", "image_url"), ("", ""),
    ])
    func `a provider's message about its input has our names of what it is about`(message: String, ours: String) {
        let request: JSON = [
            "prompt": "{prompt}", "image_url": "{inputAssetId}", "both": ["{prompt}", "{seed}"],
            "image_size": ["width": "{width}", "height": "{height}"], "safe": true,
        ]

        #expect(endpoint(request).inOurNames(message) == ours)
    }

    @Test(arguments: [
        (Endpoint.CostUnit.image, 3, 4096, 4096, nil, 9_000), (.request, 3, 4096, 4096, 60, 3_000),
        (.second, 2, nil, nil, 5, 30_000), (.second, 2, nil, nil, nil, 6_000),
        // Megapixels are whole: one from the first pixel, two from the first pixel beyond a million.
        (.megapixel, 1, 1, 1, nil, 3_000), (.megapixel, 1, 1000, 1000, nil, 3_000),
        (.megapixel, 1, 1001, 1000, nil, 6_000),
        (.megapixel, 1, 1024, 1024, nil, 6_000), (.megapixel, 2, nil, nil, nil, 12_000),
        (.megapixel, 4, 4096, 4096, nil, 204_000), (.image, 0, 1, 1, nil, 0),
    ] as [(Endpoint.CostUnit, Int, Int?, Int?, Int?, Int64)])
    func `a job's cost follows the endpoint's unit`(
        unit: Endpoint.CostUnit, outputs: Int, width: Int?, height: Int?, seconds: Int?, cost: Int64
    ) {
        let expected = endpoint(unit: unit)
            .expectedCost(outputs: outputs, width: width, height: height, seconds: seconds)
        #expect(expected.rawValue == cost)
    }
}
