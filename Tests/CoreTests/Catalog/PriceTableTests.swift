@testable import Core
import Foundation
import TestSupport
import Testing

/// Every price compared with one that is computed in another way: in decimals, by the formula as it is written down.
struct PriceTableTests {
    private let prices: PriceList

    init() async throws {
        prices = try await CatalogSnapshot.released().prices
    }

    @Test(arguments: [
        (Price.Subject.image(longerSide: 1024, quality: "hd"), 10_000, "12.00"),
        (.refinement(iteration: 2), 15_000, "71.28"),
        (.image(longerSide: 2048, quality: "high"), 15_000, "27.00"),
        (.training(images: 10), 15_000, "115.00"),
        (.training(images: 5), 10_000, "75.00"),
    ] as [(Price.Subject, Int64, String)])
    func `the formulas give what the product promises`(
        subject: Price.Subject, complexity: Int64, total: String
    ) throws {
        #expect(try prices.price(of: subject, complexity: Multiplier(rawValue: complexity)).total.description == total)
    }

    @Test func `at every half of a hundredth, and just below and above it, a picture costs what decimals say`() throws {
        var halves = 0
        for (side, resolution) in [(512, "0.5"), (1024, "1"), (2048, "2"), (4096, "4")] {
            for (quality, multiplier) in [("standard", "1"), ("high", "1.5"), ("hd", "2")] {
                for count in 1...4 {
                    let unit = Decimal(5) * decimal(resolution) * decimal(multiplier) * decimal("1.2") * Decimal(count)
                    for complexity in boundaries(of: unit) {
                        let exact = unit * Decimal(complexity) / 10_000
                        halves += isHalf(exact) ? 1 : 0
                        let price = try prices.image(
                            longerSide: side, quality: quality, complexity: Multiplier(rawValue: complexity),
                            count: count)
                        #expect(price.total.decimal == rounded(exact), "\(side) \(quality) \(complexity) × \(count)")
                    }
                }
            }
        }
        #expect(halves == 2_400)
    }

    @Test func `a half goes up, anything less goes down`() throws {
        for numerator in 1...399 as ClosedRange<Int64> {
            // One hundredth times so many two-hundredths.
            let list = PriceList(version: 9, document: document(base: 1, factor: numerator * 50))
            let price = try list.image(longerSide: 1, quality: "standard", complexity: .one, count: 1)
            #expect(price.total.decimal == rounded(Decimal(numerator) * decimal("0.00005")), "\(numerator)")
        }
        #expect([99, 100, 101, 299, 300].map { (numerator: Int64) in
            try? PriceList(version: 9, document: document(base: 1, factor: numerator * 50))
                .image(longerSide: 1, quality: "standard", complexity: .one, count: 1).total.hundredths
        } == [0, 1, 1, 1, 2])
    }

    @Test func `trainings and refinements are the decimal ones as well`() throws {
        for complexity in stride(from: Int64(10_000), through: 20_000, by: 7) {
            let factor = Decimal(complexity) / 10_000
            for images in [0, 1, 5, 6, 7, 10, 33] {
                let extra = Decimal(max(0, images - 5)) * decimal("0.5")
                let price = try prices.training(complexity: Multiplier(rawValue: complexity), images: images)
                #expect(price.total.decimal == rounded(Decimal(50) * factor * decimal("1.5")) + extra)
            }
            for iteration in 0...12 {
                let exact = Decimal(30) * pow(decimal("1.2"), iteration) * factor * decimal("1.1")
                let price = try prices.refinement(iteration: iteration, complexity: Multiplier(rawValue: complexity))
                #expect(price.total.decimal == rounded(exact), "\(iteration) at \(complexity)")
            }
        }
    }

    @Test func `each second of a film counts, at the list's multiplier`() throws {
        let film = try prices.image(longerSide: 1024, quality: "standard", seconds: 5, complexity: .one, count: 2)
        let cheaper = PriceList(version: 2, document: document(base: 500, factor: 12_000, second: 5_000))

        #expect(film.total == .whole(60))
        #expect(film.factors.map { "\($0.name) \($0.label ?? "-") \($0.multiplier)" }.contains("seconds 5 5"))
        #expect(film.total(delivered: 1) == .whole(30))
        #expect(try cheaper.again(film).total == .whole(30))
        #expect(throws: PricingError.outOfRange) {
            try prices.image(longerSide: 1, quality: "standard", seconds: 0, complexity: .one, count: 1)
        }
        #expect(throws: PricingError.outOfRange) {
            try prices.image(longerSide: 1, quality: "standard", seconds: .max, complexity: .one, count: 1)
        }
    }

    private func document(base: Int64, factor: Int64, second: Int64? = nil) -> PriceList.Document {
        PriceList.Document(
            image: .init(
                base: base, factor: Multiplier(rawValue: factor), resolutions: [.init(upTo: 4096, multiplier: .one)],
                qualities: ["standard": .one], second: second.map { Multiplier(rawValue: $0) }),
            training: prices.document.training, refinement: prices.document.refinement)
    }

    /// The complexities at which the price is at a half of a hundredth, and their neighbours; and some between.
    private func boundaries(of unit: Decimal) -> [Int64] {
        let hundredths = (unit * 100 as NSDecimalNumber).int64Value
        let halves = (10_000...20_000 as ClosedRange<Int64>).filter { hundredths * $0 % 10_000 == 5_000 }
        return Set(halves.flatMap { [$0 - 1, $0, $0 + 1] } + Array(stride(from: 10_000, through: 20_000, by: 97)))
            .sorted()
    }

    private func decimal(_ text: String) -> Decimal { Decimal(string: text) ?? .nan }

    /// To two decimals, halves away from zero.
    private func rounded(_ exact: Decimal) -> Decimal {
        var (exact, result) = (exact, Decimal())
        NSDecimalRound(&result, &exact, 2, .plain)
        return result
    }

    private func isHalf(_ exact: Decimal) -> Bool {
        rounded(exact) - exact == decimal("0.005")
    }
}
