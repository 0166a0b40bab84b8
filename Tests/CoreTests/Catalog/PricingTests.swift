@testable import Core
import TestSupport
import Testing

struct PricingTests {
    private let prices: PriceList

    init() async throws {
        prices = try await CatalogSnapshot.released().prices
    }

    private func image(
        _ longerSide: Int = 1024, _ quality: String = "standard", complexity: Int64 = 10_000, count: Int = 1
    ) throws -> Price {
        try prices.image(
            longerSide: longerSide, quality: quality, complexity: Multiplier(rawValue: complexity), count: count)
    }

    @Test(arguments: [
        (1, "3.00"), (512, "3.00"), (513, "6.00"), (1024, "6.00"), (1025, "12.00"), (2048, "12.00"), (2049, "24.00"),
        (4096, "24.00"), (4097, "24.00"), (100_000, "24.00"),
    ])
    func `a picture is priced by the next resolution up, and by the last beyond it`(
        longerSide: Int, total: String
    ) throws {
        #expect(try image(longerSide).total.description == total)
    }

    @Test(arguments: [("standard", "6.00"), ("high", "9.00"), ("hd", "12.00")])
    func `quality multiplies the price`(quality: String, total: String) throws {
        #expect(try image(1024, quality).total.description == total)
    }

    @Test func `a quality without a price is refused`() {
        #expect(throws: PricingError.noPrice(of: "quality ultra")) { try image(1024, "ultra") }
    }

    @Test func `a price is rounded once, at its end`() throws {
        // 500 × 0.5 × 1.0417 × 1.2 = 312.51 hundredths.
        #expect(try image(512, complexity: 10_417).total == Credits(hundredths: 313))
        #expect(try image(512, complexity: 10_417, count: 3).total == Credits(hundredths: 938))
        // 500 × 1.0005 × 1.2 = 600.3; three times that is 1800.9.
        #expect(try image(1024, complexity: 10_005, count: 3).total == Credits(hundredths: 1_801))
    }

    @Test(arguments: [(0, "75.00"), (1, "75.00"), (5, "75.00"), (6, "75.50"), (7, "76.00")])
    func `a training includes five images and charges for each beyond`(images: Int, total: String) throws {
        #expect(try prices.training(complexity: .one, images: images).total.description == total)
    }

    @Test func `refinements grow with each iteration, and are limited`() throws {
        let totals = try (0...3).map { try prices.refinement(iteration: $0, complexity: .one).total.description }

        #expect(totals == ["33.00", "39.60", "47.52", "57.02"])
        #expect(throws: PricingError.outOfRange) { try prices.refinement(iteration: 41, complexity: .one) }
        #expect(throws: PricingError.outOfRange) { try prices.refinement(iteration: -1, complexity: .one) }
    }

    @Test(arguments: 1...4)
    func `part of what was requested costs its part, and never more than the whole`(count: Int) throws {
        var chance = Seeded("parts", variable: "DARKROOM_TEST_SEED")
        for complexity in [10_000, 10_417, 20_000] + (0..<50).map({ _ in chance.number(10_000...20_000) }) {
            let price = try image(1024, "high", complexity: complexity, count: count)
            let parts = (0...count).map { price.total(delivered: $0) }

            #expect(parts.first == .zero)
            #expect(parts.last == price.total)
            #expect(parts == parts.sorted())
            #expect(price.total(delivered: count + 1) == price.total)
            #expect(price.total(delivered: -1) == .zero)
            #expect(try parts.dropFirst().enumerated().allSatisfy {
                try $1 == image(1024, "high", complexity: complexity, count: $0 + 1).total
            })
        }
    }

    @Test func `a price stores its breakdown as JSON, and computes the same from it`() throws {
        let price = try image(2048, "hd", complexity: 13_000, count: 4)

        let stored = try Price(JSON(parsing: JSON(price).text))

        #expect(stored == price)
        #expect(
            stored.factors.map { "\($0.name) \($0.multiplier)" }
                == ["resolution 2", "quality 2", "complexity 1.3", "factor 1.2"])
        #expect(stored.total(delivered: 3) == price.total(delivered: 3))
        #expect(try JSON(price)["factors"]?.array?.allSatisfy { $0["multiplier"]?.integer != nil } == true)
    }

    @Test(
        arguments: [
            (10_000, "1"), (15_000, "1.5"), (10_417, "1.0417"), (5_000, "0.5"), (10_001, "1.0001"),
        ] as [(Int64, String)])
    func `a multiplier is written as a person would`(rawValue: Int64, text: String) {
        #expect(Multiplier(rawValue: rawValue).description == text)
    }
}
