@testable import Core
import TestSupport
import Testing

struct FractionTests {
    @Test(arguments: [
        (1, 2, 1), (-1, 2, -1), (3, 2, 2), (5, 2, 3), (-5, 2, -3), (49, 100, 0), (-49, 100, 0), (51, 100, 1), (1, 3, 0),
        (2, 3, 1),
        (0, 7, 0), (7, 1, 7), (9_999, 10_000, 1), (14_999, 10_000, 1), (15_000, 10_000, 2),
    ] as [(Int128, Int128, Int64)])
    func `halves are rounded away from zero`(numerator: Int128, denominator: Int128, rounded: Int64) {
        #expect(Fraction(numerator, over: denominator).rounded == rounded)
    }

    @Test func `a product is exact, whatever the order of its factors`() throws {
        var chance = Seeded("fractions", variable: "DARKROOM_TEST_SEED")
        for _ in 0..<500 {
            let factors = (0..<4).map { _ in Fraction(Int128(chance.number(1...40_000)), over: 10_000) }
            let forwards = try #require(factors.reduce(Fraction(500)) { $0?.multiplied(by: $1) })
            let backwards = try #require(factors.reversed().reduce(Fraction(500)) { $0?.multiplied(by: $1) })
            #expect(forwards == backwards)
        }
    }

    @Test func `what is beyond 128 bits is nil, not a wrong number`() {
        let large = Fraction(Int128.max / 3, over: 1)

        #expect(large.multiplied(by: Fraction(7, over: 2)) == nil)
        #expect(Fraction(Int128(Int64.max) + 1).rounded == nil)
        #expect(Fraction(Int128(Int64.max)).rounded == .max)
    }
}
