import Foundation

/// The amounts that Stripe moves: minor units, such as cents, of a currency. Money never mixes with credits.
package struct Money: Sendable, Hashable, Codable {
    package let amount: Int64
    /// Three letters in lower case, as Stripe writes them.
    package let currency: String

    package init(_ amount: Int64, _ currency: String) {
        self.amount = amount
        self.currency = currency
    }

    /// Whether it is a currency that people pay in (ISO 4217), in lower case.
    package static func isCurrency(_ code: String) -> Bool { currencies.contains(code) }

    private static let currencies = Set(Locale.commonISOCurrencyCodes.map { $0.lowercased() })

    /// In whole units: such as `12.00`, `1.500` for a currency with thousandths, or `500` for one without a minor unit.
    package var number: String {
        let sign = amount < 0 ? "-" : ""
        let (whole, part) = amount.magnitude.quotientAndRemainder(dividingBy: minorUnits)
        if minorUnits == 1 || (part == 0 && Money.wholeInHundredths.contains(currency)) { return sign + String(whole) }
        let digits = String(part)
        let zeros = String(repeating: "0", count: (minorUnits == 1000 ? 3 : 2) - digits.count)
        return "\(sign)\(whole).\(zeros)\(digits)"
    }

    /// How many of them a whole unit has.
    private var minorUnits: UInt64 {
        if Money.withoutMinorUnit.contains(currency) { return 1 }
        return Money.inThousandths.contains(currency) ? 1000 : 100
    }

    /// What Stripe charges is a multiple of this: it takes thousandths by tens, and some currencies only whole although
    /// it counts them in hundredths.
    package var step: Int64 {
        if Money.wholeInHundredths.contains(currency) { return 100 }
        return Money.inThousandths.contains(currency) ? 10 : 1
    }

    /// Whether Stripe charges this amount, as far as its currency decides that.
    package var isChargeable: Bool { amount % step == 0 }

    // As Stripe lists them. It takes Hungarian forints and Taiwan dollars by hundredths; only its payouts are whole.

    private static let withoutMinorUnit: Set<String> = [
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
    ]

    private static let inThousandths: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]

    /// They have lost their minor unit since Stripe began with them.
    private static let wholeInHundredths: Set<String> = ["isk", "ugx"]
}
