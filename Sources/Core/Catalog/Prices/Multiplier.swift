import SQL

/// A multiplier in ten-thousandths, as the catalog stores it: 15000 is 1.5.
package struct Multiplier: Sendable, Hashable, Codable, RawRepresentable, SQLConvertible, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static let one = Multiplier(rawValue: 10_000)

    var fraction: Fraction { Fraction(Int128(rawValue), over: 10_000) }

    /// As a person writes it: `1.5`.
    package var description: String {
        let (whole, part) = rawValue.quotientAndRemainder(dividingBy: 10_000)
        guard part != 0 else { return "\(whole)" }
        var digits = String(10_000 + part).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
