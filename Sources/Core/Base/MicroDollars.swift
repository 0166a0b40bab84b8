import SQL

/// What a provider costs, in millionths of a US dollar. Never mixed with credits or with the money that Stripe moves.
package struct MicroDollars: Sendable, Hashable, Comparable, RawRepresentable, SQLConvertible, Codable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static let zero = MicroDollars(rawValue: 0)

    package static func < (one: MicroDollars, other: MicroDollars) -> Bool { one.rawValue < other.rawValue }
    package static func + (one: MicroDollars, other: MicroDollars) -> MicroDollars {
        MicroDollars(rawValue: one.rawValue.adding(clamped: other.rawValue))
    }
    package static func - (one: MicroDollars, other: MicroDollars) -> MicroDollars {
        MicroDollars(rawValue: one.rawValue.subtracting(clamped: other.rawValue))
    }
    package static func * (one: MicroDollars, count: Int64) -> MicroDollars {
        MicroDollars(rawValue: one.rawValue.multiplied(clamped: count))
    }
    package static func -= (one: inout MicroDollars, other: MicroDollars) { one = one - other }
}

extension MicroDollars: ExpressibleByIntegerLiteral, CustomStringConvertible {
    package init(integerLiteral value: Int64) {
        self.init(rawValue: value)
    }

    /// In dollars with six decimals, such as `0.003000`.
    package var description: String {
        let (whole, part) = rawValue.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        return "\(rawValue < 0 ? "-" : "")\(whole).\(String(1_000_000 + part).dropFirst())"
    }
}
