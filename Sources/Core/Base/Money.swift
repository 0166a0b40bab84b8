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

    /// In whole units, such as `12.00`, or `500` for a currency without a minor unit.
    package var number: String {
        let sign = amount < 0 ? "-" : ""
        guard !Money.withoutMinorUnit.contains(currency) else { return sign + String(amount.magnitude) }
        let (whole, part) = amount.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(sign)\(whole).\(part < 10 ? "0" : "")\(part)"
    }

    /// As Stripe lists them.
    private static let withoutMinorUnit: Set<String> = [
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf",
    ]
}
