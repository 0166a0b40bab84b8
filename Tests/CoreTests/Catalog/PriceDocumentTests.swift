@testable import Core
import Foundation
import SQL
import TestSupport
import Testing

struct PriceDocumentTests {
    static let good: JSON = [
        "image": [
            "base": 500, "factor": 12_000, "second": 10_000,
            "resolutions": [["upTo": 512, "multiplier": 5_000], ["upTo": 4096, "multiplier": 40_000]],
            "qualities": ["standard": 10_000, "high": 15_000, "hd": 20_000],
        ],
        "training": ["base": 5_000, "factor": 15_000, "imagesIncluded": 5, "extraImage": 50],
        "refinement": ["base": 3_000, "growth": 12_000, "factor": 11_000],
    ]

    /// A member of a valid document, what replaces it (nil: it is removed), and where the error is reported.
    struct Fault: Sendable, CustomTestStringConvertible {
        let path: String
        let value: JSON?
        let at: String
        var testDescription: String { "\(path) = \(value?.text ?? "nothing")" }

        init(_ path: String, _ value: JSON?, at: String? = nil) {
            self.path = path
            self.value = value
            self.at = at ?? path
        }
    }

    static let faults = [
        Fault("image", nil), Fault("image", 7), Fault("training", []), Fault("discounts", [:]),
        Fault("image.base", nil), Fault("image.base", "500"), Fault("image.base", .decimal(5.5)),
        Fault("image.base", -1),
        Fault("image.base", 100_000_001), Fault("image.base", .null), Fault("image.color", 1),
        Fault("image.factor", 0), Fault("image.factor", 1_000_001), Fault("image.second", 0),
        Fault("image.second", .null),
        Fault("image.resolutions", []), Fault("image.resolutions", [:]), Fault("image.resolutions", nil),
        Fault(
            "image.resolutions", [["upTo": 512, "multiplier": 1], ["upTo": 512, "multiplier": 1]],
            at: "image.resolutions.1.upTo"),
        Fault(
            "image.resolutions", [["upTo": 1024, "multiplier": 1], ["upTo": 512, "multiplier": 1]],
            at: "image.resolutions.1.upTo"),
        Fault("image.resolutions", [["upTo": 0, "multiplier": 1]], at: "image.resolutions.0.upTo"),
        Fault("image.resolutions", [["upTo": 512]], at: "image.resolutions.0.multiplier"),
        Fault("image.resolutions", [["upTo": 512, "multiplier": 1, "name": "small"]], at: "image.resolutions.0.name"),
        Fault("image.resolutions", [512], at: "image.resolutions.0"),
        Fault("image.qualities", [:]), Fault("image.qualities.hd", 0), Fault("image.qualities.hd", "2"),
        Fault("training.imagesIncluded", -1), Fault("training.extraImage", .decimal(0.5)), Fault("training.base", nil),
        Fault("refinement.growth", 0), Fault("refinement.growth", .bool(true)), Fault("refinement.factor", nil),
    ]

    @Test func `a valid document is read, and written as it was`() throws {
        let document = try PriceList.Document(checking: Self.good)

        #expect(try JSON(document) == Self.good)
    }

    @Test func `the released document is valid`() async throws {
        let catalog = try await CatalogSnapshot.released()
        let document = try PriceList.Document(checking: JSON(catalog.prices.document))

        #expect(document == catalog.prices.document)
        try document.demandPrices(for: catalog)
    }

    @Test(arguments: faults) func `a fault is reported with its path`(fault: Fault) throws {
        let json = Self.good.replacing(fault.path.split(separator: ".").map { String($0) }[...], with: fault.value)

        let error = #expect(throws: PriceDocumentError.self) { try PriceList.Document(checking: json) }

        #expect(error?.path == fault.at)
        #expect(error?.message.isEmpty == false)
    }

    @Test func `a quality that a kind offers must have a price`() async throws {
        let json = Self.good.replacing(["image", "qualities", "hd"][...], with: nil)
        let document = try PriceList.Document(checking: json)
        let catalog = try await CatalogSnapshot.released()

        let error = #expect(throws: PriceDocumentError.self) { try document.demandPrices(for: catalog) }

        #expect(error?.path == "image.qualities.hd")
    }

    @Test func `a document of another form is refused`() {
        for json in [.null, 7, [], "prices"] as [JSON] {
            #expect(throws: PriceDocumentError.self) { try PriceList.Document(checking: json) }
        }
    }
}

extension JSON {
    /// With another member at the path, or without it.
    func replacing(_ path: ArraySlice<String>, with value: JSON?) -> JSON {
        guard let name = path.first else { return value ?? .null }
        var members = object ?? [:]
        if path.count == 1 {
            members[name] = value
        } else {
            members[name] = members[name]?.replacing(path.dropFirst(), with: value)
        }
        return .object(members)
    }
}
