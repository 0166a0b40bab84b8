/// Amounts as people read them.
enum StandInMoney {
    private static let withoutMinorUnit: Set<String> = [
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf",
    ]

    /// Such as `$9.99`, `12.00 CHF` or `¥500`.
    static func text(_ amount: Int64, _ currency: String) -> String {
        let sign = amount < 0 ? "−" : ""
        let number: String
        if withoutMinorUnit.contains(currency) {
            number = String(amount.magnitude)
        } else {
            let (whole, part) = amount.magnitude.quotientAndRemainder(dividingBy: 100)
            number = "\(whole).\(part < 10 ? "0" : "")\(part)"
        }
        let symbols = ["usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"]
        return sign + (symbols[currency].map { $0 + number } ?? "\(number) \(currency.uppercased())")
    }
}
