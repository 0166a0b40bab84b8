import Core
import Testing

struct MoneyTests {
    @Test(arguments: [
        (1200, "usd", "12.00"), (5, "eur", "0.05"), (-5, "usd", "-0.05"), (0, "chf", "0.00"), (500, "jpy", "500"),
        (-500, "jpy", "-500"),
    ] as [(Int64, String, String)])
    func `an amount is read in whole units, where its currency has minor ones`(
        amount: Int64, currency: String, expected: String
    ) {
        #expect(Money(amount, currency).number == expected)
    }
}
