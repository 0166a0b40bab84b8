/// An exact quotient of 128-bit integers, so that a formula is rounded once, at its end.
struct Fraction: Sendable, Hashable {
    private let numerator: Int128
    private let denominator: Int128

    init(_ numerator: Int128, over denominator: Int128 = 1) {
        precondition(denominator > 0, "a fraction has a positive denominator")
        let divisor = Fraction.greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
        self.numerator = numerator / Int128(max(divisor, 1))
        self.denominator = denominator / Int128(max(divisor, 1))
    }

    /// Returns nil if the product is beyond 128 bits.
    func multiplied(by other: Fraction) -> Fraction? {
        // Reduced crosswise first, which keeps the factors small.
        let one = Fraction(numerator, over: other.denominator)
        let two = Fraction(other.numerator, over: denominator)
        let (top, topOverflows) = one.numerator.multipliedReportingOverflow(by: two.numerator)
        let (bottom, bottomOverflows) = one.denominator.multipliedReportingOverflow(by: two.denominator)
        return topOverflows || bottomOverflows ? nil : Fraction(top, over: bottom)
    }

    /// The nearest integer, halves away from zero. Nil beyond 64 bits.
    var rounded: Int64? {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let isUp = remainder.magnitude >= (denominator.magnitude - remainder.magnitude)
        return Int64(exactly: quotient + (isUp && remainder != 0 ? Int128(numerator.signum()) : 0))
    }

    private static func greatestCommonDivisor(_ one: UInt128, _ other: UInt128) -> UInt128 {
        var (one, other) = (one, other)
        while other != 0 { (one, other) = (other, one % other) }
        return one
    }
}
