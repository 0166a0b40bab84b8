@testable import Core
import Foundation
import TestSupport
import Testing

struct CreditsTests {
    @Test(arguments: [
        ("12", 1_200), ("12.5", 1_250), ("12.50", 1_250), ("0.01", 1), ("-0.50", -50), ("-12", -1_200), ("0", 0),
        ("999999999999.99", 99_999_999_999_999),
    ] as [(String, Int64)])
    func `credits are read from plain numbers with at most two decimals`(text: String, hundredths: Int64) {
        #expect(Credits(text: text) == Credits(hundredths: hundredths))
    }

    @Test(arguments: [
        "", ".", "1.", ".5", "1.234", "1,5", "1e3", "+1", "1.+5", "1.-5", "1.-0", "--1", " 1", "1 ", "0x10", "1.2.3",
        "nan", "1000000000000", "１",
        "99999999999999999999",
    ])
    func `anything else is not an amount`(text: String) {
        #expect(Credits(text: text) == nil)
    }

    @Test func `text and JSON return what went in, for any amount`() throws {
        var chance = Seeded("credits", variable: "DARKROOM_TEST_SEED")
        let amounts = [0, 1, 9, 10, 29, 99, 100, 101, 115, 435, 7_999] + (0..<2_000).map { _ in
            chance.number(0...99_999_999_999_999)
        }

        for hundredths in amounts.flatMap({ [$0, -$0] }) {
            let credits = Credits(hundredths: hundredths)
            #expect(Credits(text: credits.description) == credits)
            #expect(try JSONDecoder().decode([Credits].self, from: JSONEncoder().encode([credits])) == [credits])
            #expect(try JSON(credits).decode(Credits.self) == credits)
        }
    }

    @Test(
        arguments: [
            (29, "0.29"), (435, "4.35"), (1_200, "12"), (1_250, "12.5"), (7_999, "79.99"), (-50, "-0.5"),
        ] as [(Int64, String)])
    func `in JSON an amount is a number as a person would write it`(hundredths: Int64, text: String) throws {
        #expect(
            String(decoding: try JSONEncoder().encode([Credits(hundredths: hundredths)]), as: UTF8.self) == "[\(text)]")
        #expect(try JSON(parsing: "[\(text)]").text == "[\(text)]")
    }

    @Test func `an amount in JSON with more decimals is refused`() {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Credits].self, from: Data("[1.005]".utf8)) }
    }
}
