@testable import Core
import Foundation
import SQL
import TestSupport
import Testing

/// Prices at the edge of what numbers hold, and prices as they were stored.
struct PriceBoundTests {
    private func list(_ changes: [String: JSON?] = [:]) throws -> PriceList {
        let json = changes.reduce(PriceDocumentTests.good) { json, change in
            json.replacing(change.key.split(separator: ".").map { String($0) }[...], with: change.value)
        }
        return PriceList(version: 7, document: try PriceList.Document(checking: json))
    }

    @Test func `the most expensive picture that a list may have is priced, and more of it is refused`() throws {
        let list = try list([
            "image.base": 100_000_000, "image.factor": 10_000, "image.qualities.hd": 10_000,
            "image.resolutions": [["upTo": 1, "multiplier": 1_000_000]],
        ])
        func price(_ complexity: Int64, count: Int = 1) throws -> Credits {
            let complexity = Multiplier(rawValue: complexity)
            return try list.image(longerSide: 9, quality: "hd", complexity: complexity, count: count).total
        }

        // A million credits, a hundred times; a billion credits are too many.
        #expect(try price(10_000) == .whole(100_000_000))
        #expect(try price(10_000, count: 9) == .whole(900_000_000))
        #expect(throws: PricingError.outOfRange) { try price(10_000, count: 10) }
        #expect(throws: PricingError.outOfRange) { try price(1_000_000) }
        #expect(throws: PricingError.outOfRange) { try price(.max, count: .max) }
        #expect(try price(.max, count: 0) == .zero)
    }

    @Test func `a film's seconds are at least one, and within what numbers hold`() throws {
        let list = try list(["image.second": 15_000])
        func price(_ seconds: Int?) throws -> Credits {
            try list.image(longerSide: 512, quality: "standard", seconds: seconds, complexity: .one, count: 1).total
        }

        #expect(try price(nil) == Credits(hundredths: 300))
        #expect(try price(1) == Credits(hundredths: 450) && price(2) == Credits(hundredths: 900))
        for seconds in [0, -1, .max, .min] { #expect(throws: PricingError.outOfRange) { try price(seconds) } }
    }

    @Test func `trainings and refinements beyond all numbers are refused`() throws {
        let list = try list(["training.extraImage": 100_000_000, "training.imagesIncluded": 10_000])

        #expect(try list.training(complexity: .one, images: 10_000).surcharge == .zero)
        #expect(try list.training(complexity: .one, images: 10_001).surcharge == Credits(hundredths: 100_000_000))
        for images in [-1, .min, .max, 1 << 40] {
            #expect(throws: PricingError.outOfRange) { try list.training(complexity: .one, images: images) }
        }
        let steep = try self.list(["refinement.growth": 1_000_000])
        #expect(throws: PricingError.outOfRange) { try steep.refinement(iteration: 40, complexity: .one) }
        #expect(try steep.refinement(iteration: 0, complexity: .one).total == Credits(hundredths: 3_300))
    }

    @Test func `a part of a price at the edge of 128 bits is its share of the whole`() throws {
        let factor = Price.Factor(name: "f", label: nil, multiplier: Multiplier(rawValue: 9_999))
        let price = try Price(
            version: 1, subject: .image(longerSide: 1, quality: "a"), base: Credits(hundredths: 100_000_000),
            factors: Array(repeating: factor, count: 9), count: 1_000)

        let parts = (0...1_000).map { price.total(delivered: $0) }

        #expect(parts == parts.sorted() && parts.first == .zero && parts.last == price.total)
        // A thousand reduces the fraction and 997, a prime, does not.
        #expect(parts[997].hundredths == Int64(Int128(price.total.hundredths) * 997 / 1_000))
        #expect(price.recomputed == price.total)
    }

    @Test func `any price of the lists comes back from its JSON, each kind of subject too`() throws {
        let list = try list()
        let subjects: [Price.Subject] = [
            .image(longerSide: 513, quality: "hd"), .image(longerSide: 4096, quality: "high", seconds: 9),
            .training(images: 12), .refinement(iteration: 5),
        ]
        for subject in subjects {
            let price = try list.price(of: subject, complexity: Multiplier(rawValue: 10_417), count: 3)
            let stored = try Price(JSON(price))

            #expect(stored == price && stored.subject == subject && stored.recomputed == price.total)
            #expect(stored.complexity.rawValue == 10_417)
            #expect(try list.again(stored) == price)
        }
    }

    @Test func `a stored price without one of its parts is a decoding error`() throws {
        let whole = try JSON(list().price(of: .image(longerSide: 512, quality: "hd"), complexity: .one))
        for name in ["version", "formula", "base", "surcharge", "count", "total", "factors"] {
            for wrong in [nil, "x", [[:]], true] as [JSON?] {
                let error = #expect(throws: DatabaseError.self, "\(name)") {
                    try Price(whole.replacing([name], with: wrong))
                }
                #expect(error?.kind == .decoding)
            }
        }
        for subject in [["longerSide": "512"], ["quality": "hd"], 7] as [JSON] {
            #expect(throws: DatabaseError.self) { try Price(whole.replacing(["subject"], with: subject)) }
        }
        #expect(throws: DatabaseError.self) {
            try Price(whole.replacing(["subject"], with: nil).replacing(["factors"], with: []))
        }
    }

    @Test func `names and lists of a document have bounds too`() throws {
        let step: JSON = ["upTo": 1, "multiplier": 1]
        func steps(_ count: Int) -> JSON {
            .array((1...count).map { number -> JSON in ["upTo": .integer(Int64(number)), "multiplier": 1] })
        }
        func qualities(_ count: Int) -> JSON {
            .object(Dictionary(uniqueKeysWithValues: (1...count).map { ("q\($0)", JSON.integer(1)) }))
        }

        #expect(try list(["image.resolutions": steps(20)]).document.image.resolutions.count == 20)
        #expect(try list(["image.qualities": qualities(20)]).document.image.qualities.count == 20)
        for (path, value) in [
            ("image.resolutions", steps(21)), ("image.qualities", qualities(21)), ("image.qualities", ["": 1]),
            ("image.qualities", [String(repeating: "q", count: 41): 1]), ("image.resolutions", [step, nil]),
        ] as [(String, JSON)] {
            let error = #expect(throws: PriceDocumentError.self) { try list([path: value]) }
            #expect(error?.path.hasPrefix(path) == true, "\(error?.path ?? "")")
        }
    }
}
