@testable import Core
import Foundation
import Testing

/// JSON text, both ways.
struct JSONTextTests {
    private static let manyDigits = Decimal(string: "12345678901234567890123456789012345678") ?? 0

    @Test(arguments: [
        (" \n{ } ", [:]), ("[]", []), ("null", nil), ("true", true), ("-0", 0), ("12", 12),
        ("-9223372036854775808", .integer(.min)),
        (#"{"a":[1,{"b":null}],"c":"d"}"#, ["a": [1, ["b": nil]], "c": "d"]),
        (#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00é😀""#, "\"\\/\u{8}\u{c}\n\r\tAé😀é😀"),
        (#"{"a":1,"a":2}"#, ["a": 2]), ("\u{FEFF}7", 7),
        // Whole numbers, however they are written.
        ("1.0", 1), ("1e3", 1000), ("12.50", .decimal(Decimal(sign: .plus, exponent: -1, significand: 125))),
        ("9223372036854775808", .decimal(Decimal(sign: .plus, exponent: 0, significand: Decimal(UInt64(1) << 63)))),
        ("-0.005", .decimal(Decimal(sign: .minus, exponent: -3, significand: 5))),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775807", .integer(-.max)),
        ("-9223372036854775809",
            .decimal(Decimal(sign: .minus, exponent: 0, significand: Decimal(UInt64(1) << 63 + 1)))),
        ("1000000000000000000000e-3", 1_000_000_000_000_000_000), ("1000000000000000000.00", 1_000_000_000_000_000_000),
        ("0.00120e+4", 12), ("-120e-1", -12), ("0e999999999999999999999", 0), ("0.0", 0), ("-0.0", 0),
        ("1e39", .decimal(Decimal(sign: .plus, exponent: 39, significand: 1))),
        ("1234567890123456789012345678901234567899",
            .decimal(Decimal(sign: .plus, exponent: 2, significand: JSONTextTests.manyDigits))),
        // Too small for a decimal, and too small to matter.
        ("1e-200", 0), ("-5e-99999999999999999999", 0), ("0." + String(repeating: "0", count: 5_000) + "1", 0),
    ] as [(String, JSON)])
    func `what is JSON is read`(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:2}", "'a'", "\"a",
        "\"\\x\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "tru", "nul",
        "True", "01", "-", "+1",
        "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "1e999", "1e40", "1e99999999999999999999",
        String(repeating: "9", count: 41), "1 2", "[1]]", "\u{0}",
        String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 1_000),
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONParser.Malformed.self) { try JSON(parsing: text) }
    }

    @Test func `bytes that are not UTF-8 are refused, and halves of a character too`() {
        for bytes in [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xC3, 0x22], [0xEF, 0xBB],
        ] as [[UInt8]] {
            #expect(throws: JSONParser.Malformed.self) { try JSON(parsing: bytes) }
        }
    }

    @Test func `values nest to a bound`() throws {
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)

        #expect(try JSON(parsing: deep).text == deep)
        #expect(throws: JSONParser.Malformed.self) { try JSON(parsing: "[" + deep + "]") }
    }

    @Test func `there are as many values as a bound allows`() throws {
        let most = "[" + String(repeating: "1,", count: 199_998) + "1]"

        #expect(try JSON(parsing: most).array?.count == 199_999)
        #expect(throws: JSONParser.Malformed.self) { try JSON(parsing: "[[]," + most + "]") }
    }

    @Test func `text that was written is read as the same value, with its members in order`() throws {
        let value: JSON = [
            "b": [true, false, nil, -7], "a": "\u{0}\u{1F}\"\\/\u{7F}é😀\n",
            "c": .decimal(Decimal(sign: .minus, exponent: -2, significand: 1234)),
            "": [:],
        ]

        let text = value.text

        #expect(text == #"{"":{},"a":"\u0000\u001f\"\\/"# + "\u{7F}" + #"é😀\n","b":[true,false,null,-7],"c":-12.34}"#)
        #expect(try JSON(parsing: text) == value)
        #expect(try JSONDecoder().decode(JSON.self, from: Data(text.utf8)) == value)
    }

    private struct Shape: Encodable {
        let name: String
        let nothing: Int?
        let id: ID<Job>
        let credits: [Credits]
        let state: JobState
        let list: [Inner?]
        let members: [String: JSON]
        let numbers: [String: Int]
        let decimal: Decimal
        let inner: Inner
        let flag: Bool

        struct Inner: Encodable {
            let one: Int64
            let two: JSON
        }
    }

    @Test func `an encodable type is written as Foundation writes it, in the order of its members`() throws {
        let shape = Shape(
            name: "a \"name\"", nothing: nil, id: ID(rawValue: "id"),
            credits: [0, 100, 150, 155, 5, -5, -1250].map { Credits(hundredths: $0) }, state: .queued,
            list: [.init(one: 1, two: ["x": [1, nil]]), nil], members: ["z": 1, "a": "b"], numbers: ["n": 7],
            decimal: Decimal(sign: .plus, exponent: -3, significand: 1500), inner: .init(one: -2, two: nil), flag: true)

        let text = JSON.text(of: shape)

        #expect(text == #"{"name":"a \"name\"","id":"id","credits":[0,1,1.5,1.55,0.05,-0.05,-12.5],"state":"queued","#
            + #""list":[{"one":1,"two":{"x":[1,null]}},null],"members":{"a":"b","z":1},"numbers":{"n":7},"#
            + #""decimal":1.5,"#
            + #""inner":{"one":-2,"two":null},"flag":true}"#)
        #expect(try JSON(parsing: JSONEncoder().encode(shape)) == JSON(parsing: text))
    }

    @Test func `a price is read as it was written`() async throws {
        let price = try await CatalogSnapshot.released().prices.image(
            longerSide: 1024, quality: "hd", complexity: Multiplier(rawValue: 13_000), count: 3)

        #expect(try Price(JSON(parsing: JSON.text(of: price))) == price)
        #expect(throws: (any Error).self) { try Price(["version": 1]) }
    }
}
