@testable import Core
import Foundation
import TestSupport
import Testing

/// What the parser makes of text that nobody wrote with care.
struct JSONParserTests {
    private static let document = #"{"a":[1,-2.5e3,true,null,"é\n\ud83d\ude00"],"b":{"c":{},"d":[]},"e":"\\\""}"#

    private func outcome(_ bytes: [UInt8]) throws -> JSON? {
        do throws(JSONParser.Malformed) { return try JSONParser.parse(bytes) } catch {
            try #require((0...bytes.count).contains(error.position), "\(error.position)")
            return nil
        }
    }

    @Test func `a document that is cut short is refused, wherever it is cut`() throws {
        let bytes = Array(Self.document.utf8)

        #expect(try outcome(bytes) != nil)
        for length in bytes.indices { #expect(try outcome(Array(bytes.prefix(length))) == nil, "\(length) bytes") }
    }

    @Test func `whatever byte is changed, the parser ends, and what it accepts is JSON to Foundation too`() throws {
        let bytes = Array(Self.document.utf8)
        for position in bytes.indices {
            for byte: UInt8 in [
                0, 0x09, 0x20, 0x22, 0x2C, 0x2D, 0x30, 0x5B, 0x5C, 0x5D, 0x45, 0x7B, 0x7D, 0x80, 0xC3,
                0xFF,
            ] {
                var changed = bytes
                changed[position] = byte
                guard let value = try outcome(changed) else { continue }
                let theirs = try? JSONDecoder().decode(JSON.self, from: Data(changed))
                #expect(theirs == value, "\(byte) at \(position)")
            }
        }
    }

    @Test func `any text of JSON's own characters that is accepted is read as Foundation reads it`() throws {
        var chance = Seeded(13)
        let pieces = ["{", "}", "[", "]", ",", ":", "\"", "\"a\"", "1", "-", ".5", "e9", "true", "null", "\\", "é"]
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int(chance.number(1...7))
            let text = (0..<count).map { _ in pieces[Int(chance.number(0...Int64(pieces.count - 1)))] }.joined()
            let ours = try outcome(Array(text.utf8))
            // Foundation accepts some that the standard does not, such as a lone minus before a blank.
            guard let ours else { continue }
            accepted += 1
            #expect(try JSONDecoder().decode(JSON.self, from: Data(text.utf8)) == ours, "\(text)")
        }
        #expect(accepted > 500, "the test has met enough that is JSON")
    }

    @Test func `any value is read back from its text, in either spelling`() throws {
        var chance = Seeded(14)
        for _ in 0..<1_000 {
            let value = JSON.random(depth: 4, using: &chance)
            #expect(try JSON(parsing: value.text) == value)
            #expect(try JSON(text: value.canonicalText.utf8) == value)
            #expect(try value.decode(JSON.self) == value)
            #expect(try JSON(parsing: JSONEncoder().encode([value])) == [value])
            #expect(try JSON([value]) == [value])
        }
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("0.0", 0), ("-0.0e5", 0), ("100e-2", 1), ("1E+2", 100), ("1e0", 1), ("-1.50e1", -15),
        ("9223372036854775807", .integer(.max)), ("9223372036854775807.0", .integer(.max)),
        ("-9223372036854775809", .decimal(-Decimal(UInt64(1) << 63) - 1)),
        ("0.1", .decimal(Decimal(sign: .plus, exponent: -1, significand: 1))),
        ("1e-60", .decimal(Decimal(sign: .plus, exponent: -60, significand: 1))), ("1e-128", 0),
        ("1e39", .decimal(Decimal(sign: .plus, exponent: 39, significand: 1))), ("1e-999999999999999999999", 0),
        ("0.30000000000000004", .decimal(Decimal(sign: .plus, exponent: -17, significand: 30_000_000_000_000_004))),
    ] as [(String, JSON)])
    func `a number is read exactly, and is an integer if it is whole`(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
        #expect(try JSON(parsing: "[\(text)]") == [value])
    }

    @Test(arguments: [
        "1e40", "1e127", "-1e128", "1e999999999999999999999", "00", "-01", "0.", "0.e1", "1e1.5",
        "1_000", "1,0", "--1", "1-1", "0b1", "0o7", "1f", "٣", "１", "∞", "-Infinity", "1e٣", "1..2", "1ee2", "- 1",
    ])
    func `what is no number, or beyond all that can be held, is refused`(text: String) throws {
        #expect(try outcome(Array(text.utf8)) == nil)
        #expect(try outcome(Array("{\"a\":\(text)}".utf8)) == nil)
    }

    @Test func `a number of a million digits is read or refused, and not waited for`() throws {
        let digits = String(repeating: "7", count: 1_000_000)

        #expect(try outcome(Array(digits.utf8)) == nil)
        #expect(try JSON(parsing: "0.\(digits)") != .null)
        #expect(try outcome(Array("1e\(digits)".utf8)) == nil)
    }

    @Test func `a member that comes twice counts as it came last, and costs no more than once`() throws {
        let many = (0..<10_000).map { "\"a\":\($0)" }.joined(separator: ",")

        #expect(try JSON(parsing: "{\(many)}") == ["a": 9_999])
        #expect(try JSON(parsing: #"{"a":{"b":1},"\u0061":{"c":2}}"#) == ["a": ["c": 2]])
        #expect(try JSON(parsing: #"{"":1,"":2," ":3}"#) == ["": 2, " ": 3])
    }

    @Test func `every control character is refused in a string, and read where it is escaped`() throws {
        for byte: UInt8 in 0..<0x20 {
            #expect(try outcome([0x22, byte, 0x22]) == nil)
            #expect(try outcome([0x22, 0x5C, 0x6E, byte, 0x22]) == nil, "after an escape")
            let escaped = "\"\\u00\(Hex.text([byte]))\""
            #expect(try JSON(parsing: escaped) == .string(String(Unicode.Scalar(byte))))
        }
        #expect(try JSON(parsing: "\"\u{7F}\u{85}\u{2028}\"") == "\u{7F}\u{85}\u{2028}")
    }

    @Test func `every escape of one letter is what the standard says, and no other is one`() throws {
        let known: [Character: String] = [
            "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
        ]
        for byte in UInt8(0x20)..<0x7F {
            let letter = Character(Unicode.Scalar(byte))
            guard letter != "u" else { continue }
            let value = try outcome(Array("\"\\\(letter)\"".utf8))
            #expect(value == known[letter].map { JSON.string($0) }, "\(letter)")
        }
    }

    @Test(arguments: [
        (#""\uD83D\uDE00""#, "😀"), (#""\uFFFF\u0000""#, "\u{FFFF}\u{0}"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
        (#""\ud800""#, nil), (#""\udc00\ud800""#, nil), (#""\ud800\ud800""#, nil), (#""\ud83d \ude00""#, nil),
        (#""\ud83d\n""#, nil), (#""\ud83d""#, nil), (#""\u+123""#, nil), (#""\u12 4""#, nil), (#""\u１２３４""#, nil),
        (#""\u""#, nil), (#""\uD83D\u""#, nil),
    ] as [(String, String?)])
    func `a character in hexadecimal is whole, or the text is refused`(text: String, value: String?) throws {
        #expect(try outcome(Array(text.utf8)) == value.map { JSON.string($0) })
    }

    @Test(arguments: [
        [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
    ] as [[UInt8]])
    func `bytes that only look like UTF-8 are refused, in values and in names`(bytes: [UInt8]) throws {
        #expect(try outcome([0x22] + bytes + [0x22]) == nil)
        #expect(try outcome(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) == nil)
    }

    @Test func `only JSON's four blanks count as blank`() throws {
        #expect(try JSON(parsing: "\t\r\n [ \t1 ,\r2\n ] \t\r\n ") == [1, 2])
        for blank in ["\u{A0}", "\u{2028}", "\u{B}", "\u{C}", "\u{85}", "\u{FEFF}", "//\n", "/**/", "#\n"] {
            #expect(try outcome(Array("[1\(blank)]".utf8)) == nil, "\(blank.debugDescription)")
        }
        #expect(try outcome(Array("\u{FEFF}\u{FEFF}1".utf8)) == nil, "one byte order mark and no more")
    }

    @Test func `values nest to the bound whether they are lists or objects, also side by side`() throws {
        func nested(_ depth: Int) -> String {
            let opening = (0..<depth).map { $0.isMultiple(of: 2) ? "[" : "{\"a\":" }.joined()
            let closing = (0..<depth).reversed().map { $0.isMultiple(of: 2) ? "]" : "}" }.joined()
            return opening + "0" + closing
        }
        #expect(try JSON(parsing: nested(512)) != .null)
        let three = Array(repeating: nested(511), count: 3).joined(separator: ",")
        #expect(try JSON(parsing: "[\(three)]").array?.count == 3)
        #expect(try outcome(Array(nested(513).utf8)) == nil)
    }
}

extension JSON {
    /// Any value, no deeper than `depth`, with the texts and numbers that are easily got wrong.
    static func random(depth: Int, using chance: inout Seeded) -> JSON {
        switch chance.number(0...(depth > 0 ? 9 : 6)) {
        case 0: return .null
        case 1: return .bool(chance.happens(oneIn: 2))
        case 2: return .integer(chance.number(-5...5))
        case 3: return .integer(chance.number(.min ... .max))
        case 4:
            let odd = Decimal(chance.number(0...9) * 10 + 1)
            return .decimal(Decimal(sign: .minus, exponent: -2, significand: odd))
        case 5, 6: return .string(randomText(using: &chance))
        case 7, 8: return .array((0..<chance.number(0...4)).map { _ in random(depth: depth - 1, using: &chance) })
        default:
            let names = (0..<chance.number(0...4)).map { _ in randomText(using: &chance) }
            return .object(Dictionary(
                names.map { ($0, random(depth: depth - 1, using: &chance)) }, uniquingKeysWith: { first, _ in first }))
        }
    }

    private static func randomText(using chance: inout Seeded) -> String {
        let letters = ["a", "\"", "\\", "/", "\0", "\u{1F}", "\u{7F}", "é", "😀", "\u{FFFF}", "\n", "u0041", " "]
        return (0..<chance.number(0...5)).map { _ in letters[Int(chance.number(0...12))] }.joined()
    }
}
