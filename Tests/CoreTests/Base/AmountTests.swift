@testable import Core
import Foundation
import SQL
import TestSupport
import Testing

/// Amounts that are not credits: what Stripe moves, and what providers cost.
struct AmountTests {
    @Test(arguments: [
        (0, "0.000000"), (1, "0.000001"), (-1, "-0.000001"), (3_000, "0.003000"), (1_000_000, "1.000000"),
        (-12_345_678, "-12.345678"), (.max, "9223372036854.775807"), (.min, "-9223372036854.775808"),
    ] as [(Int64, String)])
    func `a cost is shown in dollars with six decimals`(micro: Int64, text: String) {
        #expect(MicroDollars(rawValue: micro).description == text)
    }

    @Test func `costs add up, compare and multiply as integers`() {
        var left: MicroDollars = 10_000
        left -= 2_500

        #expect(left == 7_500 && left + 1 > left && left * 3 == 22_500)
        #expect(MicroDollars.zero - 5 == MicroDollars(rawValue: -5) && MicroDollars.zero - 5 < .zero)
        #expect(left.sqlValue == .integer(7_500) && MicroDollars(sqlValue: .text("7500")) == nil)
    }

    @Test(arguments: [
        (.max, "usd", "92233720368547758.07"), (.min, "usd", "-92233720368547758.08"),
        (.min, "jpy", "-9223372036854775808"),
        (100, "usd", "1.00"), (109, "eur", "1.09"), (7, "krw", "7"),
    ] as [(Int64, String, String)])
    func `the largest amounts are written whole`(amount: Int64, currency: String, text: String) {
        #expect(Money(amount, currency).number == text)
    }

    @Test func `a currency is three letters of the list, in lower case`() {
        for code in ["usd", "eur", "jpy", "chf"] { #expect(Money.isCurrency(code)) }
        for code in ["", "USD", "us", "usdt", "xxq", "u$d", "dollars", " usd"] { #expect(!Money.isCurrency(code)) }
    }

    @Test func `credits of the largest amount are read, and one hundredth more is not`() {
        let most = Credits(hundredths: 99_999_999_999_999)

        #expect(Credits(text: most.description) == most && Credits(text: (-most).description) == -most)
        #expect(Credits(text: (most + Credits(hundredths: 1)).description) == nil)
    }

    @Test(arguments: [
        (.integer(5), 500), (.decimal(1.5), 150), (.integer(-3), -300), (.string("5"), nil), (.bool(true), nil),
        (.null, nil), (.integer(.max), nil), (.array([5]), nil),
    ] as [(JSON, Int64?)])
    func `credits are read from a JSON number alone`(json: JSON, hundredths: Int64?) {
        #expect(Credits(json: json)?.hundredths == hundredths)
    }
}
