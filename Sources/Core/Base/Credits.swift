package import Foundation
import SQL

/// The unit of account, with two decimals, stored as integer hundredths. Never floating point, and never mixed with
/// money. A sum beyond 64 bits is the greatest amount that they hold, and never ends the process.
package struct Credits: Sendable, Hashable, Comparable, RawRepresentable, SQLConvertible {
    /// Hundredths of a credit.
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package init(hundredths: Int64) {
        rawValue = hundredths
    }

    package static let zero = Credits(hundredths: 0)

    package static func whole(_ credits: Int64) -> Credits { Credits(hundredths: credits.multiplied(clamped: 100)) }

    package var hundredths: Int64 { rawValue }

    package static func < (one: Credits, other: Credits) -> Bool { one.rawValue < other.rawValue }
    package static func + (one: Credits, other: Credits) -> Credits {
        Credits(hundredths: one.rawValue.adding(clamped: other.rawValue))
    }
    package static func - (one: Credits, other: Credits) -> Credits {
        Credits(hundredths: one.rawValue.subtracting(clamped: other.rawValue))
    }
    package static prefix func - (credits: Credits) -> Credits { zero - credits }
    package static func += (one: inout Credits, other: Credits) { one = one + other }
    package static func -= (one: inout Credits, other: Credits) { one = one - other }
}

extension Credits: Codable, CustomStringConvertible {
    package var decimal: Decimal {
        Decimal(sign: rawValue < 0 ? .minus : .plus, exponent: -2, significand: Decimal(rawValue.magnitude))
    }

    /// With two decimals, such as `12.00`.
    package var description: String {
        let (whole, part) = rawValue.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(rawValue < 0 ? "-" : "")\(whole).\(part < 10 ? "0" : "")\(part)"
    }

    /// `12`, `12.5` or `12.50`; nil for more decimals, another form, or more than the ledger's integers hold.
    package init?(text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isNegative = text.hasPrefix("-")
        guard parts.count <= 2, let whole = Int64(parts[0]), whole.magnitude < 1_000_000_000_000,
            parts[0].first != "+"
        else { return nil }
        var hundredths = whole.magnitude * 100
        if parts.count == 2 {
            // A sign inside the number would otherwise be accepted.
            guard (1...2).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
                let part = UInt64(parts[1])
            else { return nil }
            hundredths += parts[1].count == 1 ? part * 10 : part
        }
        self.init(hundredths: isNegative ? -Int64(hundredths) : Int64(hundredths))
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let decimal = try container.decode(Decimal.self)
        guard let credits = Credits(text: "\(decimal)") else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "credits have at most two decimals")
        }
        self = credits
    }

    /// A JSON number, made from a Decimal.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(decimal)
    }
}
