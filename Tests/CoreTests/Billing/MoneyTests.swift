import Core
import Testing

struct MoneyTests {
    @Test(arguments: [
        (1200, "usd", "12.00"), (5, "eur", "0.05"), (-5, "usd", "-0.05"), (0, "chf", "0.00"), (500, "jpy", "500"),
        (-500, "jpy", "-500"), (1500, "kwd", "1.500"), (10, "bhd", "0.010"), (-1005, "jod", "-1.005"),
        (0, "omr", "0.000"), (.min, "tnd", "-9223372036854775.808"),
        // Whole, and counted in hundredths.
        (500, "isk", "5"), (-12_300, "ugx", "-123"), (0, "isk", "0"), (505, "isk", "5.05"),
        // Only payouts of these are whole.
        (500, "huf", "5.00"), (505, "twd", "5.05"),
    ] as [(Int64, String, String)])
    func `an amount is read in whole units, where its currency has minor ones`(
        amount: Int64, currency: String, expected: String
    ) {
        #expect(Money(amount, currency).number == expected)
    }

    @Test(arguments: [
        (1, "usd", true), (1, "jpy", true), (1500, "kwd", true), (1505, "kwd", false), (1, "tnd", false),
        (100, "isk", true), (110, "isk", false), (550, "ugx", false), (600, "ugx", true), (505, "huf", true),
        (505, "twd", true), (0, "isk", true),
    ] as [(Int64, String, Bool)])
    func `Stripe charges thousandths by tens, and some currencies only whole`(
        amount: Int64, currency: String, isCharged: Bool
    ) {
        #expect(Money(amount, currency).isChargeable == isCharged)
    }
}
