/// What Stripe moves: minor units, such as cents, of a currency. It never mixes with credits.
package struct Money: Sendable, Hashable, Codable {
    package let amount: Int64
    /// Three letters in lower case, as Stripe writes them.
    package let currency: String

    package init(_ amount: Int64, _ currency: String) {
        self.amount = amount
        self.currency = currency
    }

    /// Nothing unless `text` is three letters.
    package static func currency(_ text: String) -> String? {
        let lowercased = text.lowercased()
        return lowercased.utf8.count == 3 && lowercased.utf8.allSatisfy { (97...122).contains($0) } ? lowercased : nil
    }

    /// Of whole units, such as `12.00`, and `500` where a currency has no minor unit.
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
