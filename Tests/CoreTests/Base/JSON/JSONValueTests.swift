@testable import Core
import Foundation
import Testing

/// A value's parts, and the ways in which it is written.
struct JSONValueTests {
    @Test func `a part is there only under its own type`() {
        let all: [JSON] = [nil, true, 7, .decimal(1.5), "a", [1], ["b": 2]]

        #expect(all.map { $0.bool } == [nil, true, nil, nil, nil, nil, nil])
        #expect(all.map { $0.integer } == [nil, nil, 7, nil, nil, nil, nil])
        #expect(all.map { $0.string } == [nil, nil, nil, nil, "a", nil, nil])
        #expect(all.map { $0.array } == [nil, nil, nil, nil, nil, [1], nil])
        #expect(all.map { $0.object } == [nil, nil, nil, nil, nil, nil, ["b": 2]])
        #expect(all.map { $0["b"] } == [nil, nil, nil, nil, nil, nil, 2])
    }

    @Test func `a member that is null is there, and one that is missing is not`() {
        let json: JSON = ["a": nil, "a": 1, "b": nil]

        #expect(json["a"] == 1, "the last of a literal counts")
        #expect(json["b"] == JSON.null && json["c"] == nil)
    }

    @Test(arguments: [
        (nil, "null"), (.bool(true), "true"), (.integer(.min), "-9223372036854775808"), (.decimal(1.5), "1.5"),
        ([], "[]"), ([:], "{}"), ([1, [2, nil]], "[1, [2, null]]"),
        (["b": 1, "a": ["d": 2, "c": 3]], #"{"a": {"c": 3, "d": 2}, "b": 1}"#),
        ("a/b\"\\\n\r\t\u{8}\u{7F}", #""a/b\"\\\n\r\t\u0008\u007f""#), ("é😀", #""\u00e9\ud83d\ude00""#),
        // By bytes: a letter of two bytes is behind all of one, and capitals are before small letters.
        (["é": 1, "z": 2, "Z": 3, "": 4], #"{"": 4, "Z": 3, "z": 2, "\u00e9": 1}"#),
    ] as [(JSON, String)])
    func `the canonical text is one for each value, and ASCII`(json: JSON, text: String) {
        #expect(json.canonicalText == text)
        #expect(json.canonicalText.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func `what is no number is written as null, since JSON has none`() {
        for json in [JSON.decimal(.nan), .array([.decimal(.nan)])] {
            #expect(json.text.contains("null") && !json.text.contains("NaN"))
            #expect(json.canonicalText.contains("null") && !json.canonicalText.contains("NaN"))
        }
    }

    private struct Numbers: Codable, Equatable {
        var int8 = Int8.min, int16 = Int16.max, int32 = Int32.min, int = Int.max
        var uint = UInt.max, uint8 = UInt8.max, uint16 = UInt16.max, uint32 = UInt32.max
        var double = 0.5, float: Float = -0.25, flags = [true, false], dates: [Int64: String] = [:]
        var optional: Int?, list: [Int?] = [nil, 1], nested: [[String]] = [[], ["a"]]
    }

    @Test func `every kind of number is written as Foundation writes it`() throws {
        let text = JSON.text(of: Numbers())

        #expect(try JSON(parsing: text) == JSON(parsing: JSONEncoder().encode(Numbers())))
        #expect(try JSONDecoder().decode(Numbers.self, from: Data(text.utf8)) == Numbers())
        #expect(text.hasPrefix(#"{"int8":-128,"int16":32767,"int32":-2147483648,"int":9223372036854775807,"#))
    }

    private enum Shape: Encodable {
        case empty, one(Int)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .empty: _ = encoder.unkeyedContainer()
            case .one(let number):
                var container = encoder.singleValueContainer()
                try container.encode(["n": number])
            }
        }
    }

    private struct Twice: Encodable {
        func encode(to encoder: any Encoder) throws {
            try ["a": 1].encode(to: encoder)
            try ["b": 2].encode(to: encoder)
        }
    }

    @Test func `a container that stays empty is written, and one that is asked for twice is one`() {
        #expect(JSON.text(of: [Shape.empty, .one(5), .empty]) == #"[[],{"n":5},[]]"#)
        #expect(JSON.text(of: Twice()) == #"{"a":1,"b":2}"#)
        #expect(JSON.text(of: [String: Int]()) == "{}" && JSON.text(of: [Int?]([nil])) == "[null]")
        #expect(JSON.text(of: "a\u{1}\"") == #""a\u0001\"""# && JSON.text(of: Optional<Int>.none) == "null")
    }

    @Test func `a value is decoded as a type, or the error names the member`() throws {
        struct Body: Decodable { let count: Int }
        let json: JSON = ["count": "seven"]

        #expect(try JSON(["count": 7]).decode(Body.self).count == 7)
        do {
            _ = try json.decode(Body.self)
            Issue.record("a text was read as a number")
        } catch DecodingError.typeMismatch(_, let context) {
            #expect(context.codingPath.map(\.stringValue) == ["count"])
        }
    }
}
