@testable import Core
import Foundation
import TestSupport
import Testing

struct ParameterTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var kind: KindName = .textToImage
        let given: JSON
        let code: ParameterError.Code
        let field: String
        let message: String
        var testDescription: String { "\(given.text.prefix(60))" }
    }

    private let catalog: CatalogSnapshot

    init() async throws {
        catalog = try await CatalogSnapshot.released()
    }

    private func validate(_ given: JSON, _ kind: KindName = .textToImage) throws -> [String: JSON] {
        try catalog.kind(kind).parameters.validate(given.object ?? [:])
    }

    @Test(arguments: [
        Case(given: [:], code: .missing, field: "prompt", message: "'prompt' is required."),
        Case(given: ["prompt": nil], code: .missing, field: "prompt", message: "'prompt' is required."),
        Case(given: ["prompt": ""], code: .invalid, field: "prompt", message: "at least 1 character"),
        Case(given: ["prompt": " \n\t "], code: .invalid, field: "prompt", message: "at least 1 character"),
        Case(
            given: ["prompt": .string(String(repeating: "é", count: 4_001))], code: .invalid, field: "prompt",
            message: "at most 4000 characters; it has 4001"),
        Case(given: ["prompt": 5], code: .invalid, field: "prompt", message: "must be a string"),
        Case(given: ["prompt": "a\u{0}b"], code: .invalid, field: "prompt", message: "the character U+0000"),
        Case(
            given: ["prompt": "a", "prmopt": "b"], code: .unknown, field: "prmopt",
            message: "Supported parameters: prompt, negativePrompt, resolution"),
        Case(given: ["prompt": "a", "seed": -1], code: .invalid, field: "seed", message: "from 0 to 4294967295"),
        Case(
            given: ["prompt": "a", "seed": 4_294_967_296], code: .invalid, field: "seed",
            message: "from 0 to 4294967295"),
        Case(given: ["prompt": "a", "seed": .decimal(1.5)], code: .invalid, field: "seed", message: "whole number"),
        Case(given: ["prompt": "a", "seed": "7"], code: .invalid, field: "seed", message: "whole number"),
        Case(given: ["prompt": "a", "numImages": 0], code: .invalid, field: "numImages", message: "from 1 to 4"),
        Case(given: ["prompt": "a", "numImages": 5], code: .invalid, field: "numImages", message: "from 1 to 4"),
        Case(given: ["prompt": "a", "numImages": true], code: .invalid, field: "numImages", message: "whole number"),
        Case(
            given: ["prompt": "a", "quality": "ultra"], code: .invalid, field: "quality",
            message: "one of: standard, high, hd"),
        Case(
            given: ["prompt": "a", "quality": 1], code: .invalid, field: "quality",
            message: "one of: standard, high, hd"),
        Case(given: ["prompt": "a", "format": "webp"], code: .invalid, field: "format", message: "one of: png, jpeg"),
        Case(
            given: ["prompt": "a", "resolution": "big"], code: .invalid, field: "resolution",
            message: "'1024x1024', or 512, 1K, 2K or 4K"),
        Case(
            given: ["prompt": "a", "resolution": "1024x"], code: .invalid, field: "resolution", message: "'1024x1024'"),
        Case(
            given: ["prompt": "a", "resolution": "0x1024"], code: .invalid, field: "resolution",
            message: "'1024x1024'"),
        Case(
            given: ["prompt": "a", "resolution": "-1x1024"], code: .invalid, field: "resolution",
            message: "'1024x1024'"),
        Case(
            given: ["prompt": "a", "resolution": "128x1024"], code: .invalid, field: "resolution",
            message: "256 to 4096 pixels; the size is 128x1024"),
        Case(
            given: ["prompt": "a", "resolution": "99999x1024"], code: .invalid, field: "resolution",
            message: "256 to 4096 pixels"),
        Case(
            given: ["prompt": "a", "resolution": "999999x1024"], code: .invalid, field: "resolution",
            message: "'1024x1024'"),
        Case(
            given: ["prompt": "a", "resolution": "512", "aspectRatio": "4:1"], code: .invalid, field: "resolution",
            message: "the size is 512x128"),
        Case(
            given: ["prompt": "a", "aspectRatio": "16/9"], code: .invalid, field: "aspectRatio",
            message: "such as 16:9, at most 4:1"),
        Case(
            given: ["prompt": "a", "aspectRatio": "5:1"], code: .invalid, field: "aspectRatio", message: "at most 4:1"),
        Case(
            given: ["prompt": "a", "aspectRatio": "1:0"], code: .invalid, field: "aspectRatio", message: "at most 4:1"),
        Case(
            given: ["prompt": "a", "resolution": "1024x1024", "aspectRatio": "16:9"], code: .invalid,
            field: "aspectRatio", message: "Set 'resolution' to a size"),
        Case(
            kind: .styleTransfer, given: ["prompt": "a"], code: .missing, field: "inputAssetId",
            message: "'inputAssetId' is required."),
        Case(
            kind: .styleTransfer, given: ["prompt": "a", "inputAssetId": "7"], code: .invalid, field: "inputAssetId",
            message: "the id of an image"),
        Case(
            kind: .styleTransfer, given: [
                "prompt": "a", "inputAssetId": "00000000-0000-7000-8000-000000000000", "strength": 0,
            ], code: .invalid, field: "strength", message: "from 1 to 100"),
        Case(
            kind: .styleTransfer, given: [
                "prompt": "a", "inputAssetId": "00000000-0000-7000-8000-000000000000", "strength": .decimal(0.5),
            ], code: .invalid, field: "strength", message: "whole number"),
        Case(
            kind: .backgroundRemoval, given: ["inputAssetId": "00000000-0000-7000-8000-000000000000", "prompt": "a"],
            code: .unknown, field: "prompt", message: "Supported parameters: inputAssetId"),
    ])
    func `what is wrong is named, with what would be right`(wrong: Case) {
        let error = #expect(throws: ParameterError.self) { try validate(wrong.given, wrong.kind) }

        #expect(error?.code == wrong.code)
        #expect(error?.field == wrong.field)
        #expect(error?.message.contains(wrong.message) == true)
    }

    @Test func `defaults are filled in, text is trimmed, and the size is added`() throws {
        let valid = try validate(["prompt": "  a red dress\n", "seed": nil])

        #expect(JSON.object(valid) == [
            "prompt": "a red dress", "resolution": "1024x1024", "width": 1024, "height": 1024, "quality": "standard",
            "numImages": 1, "format": "png",
        ])
    }

    @Test func `the bounds themselves are allowed`() throws {
        // 4,000 characters, and 16,000 of 16,384 bytes.
        let valid = try validate([
            "prompt": .string(String(repeating: "👩", count: 4_000)), "seed": 4_294_967_295, "numImages": 4,
            "resolution": "256x4096",
        ])

        #expect(valid["seed"] == 4_294_967_295)
        #expect(valid["height"] == 4_096)
    }

    @Test(arguments: [
        ("1024x768", nil, "1024x768"), ("1024X768", nil, "1024x768"), ("512", nil, "512x512"), ("1K", nil, "1024x1024"),
        ("1k", nil, "1024x1024"), ("2K", "16:9", "2048x1152"), ("4K", "9:16", "2304x4096"), ("1024", "3:2", "1024x680"),
        ("1024x512", "2:1", "1024x512"), ("2048", "1:1", "2048x2048"), (nil, "16:9", "1024x576"),
        (nil, "1:1", "1024x1024"),
        (nil, "3:4", "768x1024"),
    ] as [(String?, String?, String)])
    func `a size is given in pixels, or by its longer side and shape`(
        resolution: String?, ratio: String?, size: String
    ) throws {
        var given: [String: JSON] = ["prompt": "a"]
        if let resolution { given["resolution"] = .string(resolution) }
        if let ratio { given["aspectRatio"] = .string(ratio) }

        let valid = try validate(.object(given))

        #expect(valid["resolution"]?.string == size)
        #expect("\(valid["width"]?.integer ?? 0)x\(valid["height"]?.integer ?? 0)" == size)
    }

    @Test func `what was valid is valid again, for a retry`() throws {
        var again = try validate(["prompt": "a", "aspectRatio": "16:9", "resolution": "2K"])
        let first = again
        again["width"] = nil
        again["height"] = nil

        #expect(try validate(.object(again)) == first)
    }
}
