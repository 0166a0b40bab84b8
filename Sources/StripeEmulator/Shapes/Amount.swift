import Core

/// Amounts as people read them.
enum Amount {
    /// Such as `$9.99`, `12.00 CHF` or `¥500`.
    static func text(_ amount: Int64, _ currency: String) -> String {
        let sign = amount < 0 ? "−" : ""
        let number = Money(amount < 0 ? -amount : amount, currency).number
        let symbols = ["usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"]
        return sign + (symbols[currency].map { $0 + number } ?? "\(number) \(currency.uppercased())")
    }
}
