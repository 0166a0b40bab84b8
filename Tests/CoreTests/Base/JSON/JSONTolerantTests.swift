@testable import Core
import Foundation
import Testing

/// JSON as other programs write it, and what is said of a text that is read strictly and is none.
struct JSONTolerantTests {
    private func read(_ text: String) throws -> JSON { try JSON(tolerating: text.utf8) }

    /// Each is refused by the strict reading, but for the last ones.
    @Test(arguments: [
        ("NaN", nil), ("[NaN,1]", [nil, 1]), ("-NaN", nil), ("Infinity", nil), (#"{"a":-Infinity}"#, ["a": nil]),
        ("1e400", nil), ("-1e40", nil), (String(repeating: "9", count: 400), nil), ("1e-200", 0), ("-1e-400", 0),
        (#""a cat \ud83d""#, "a cat \u{FFFD}"), (#""\udc00!""#, "\u{FFFD}!"), (#""\ud83d\n""#, "\u{FFFD}\n"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
        (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
        (#""\ud83d\\u0041""#, "\u{FFFD}\\u0041"), (#"{"a\ud83d":1}"#, ["a\u{FFFD}": 1]),
        (#""bad \u0000 value""#, "bad \u{FFFD} value"), ("\"a\0b\"", "a\u{FFFD}b"), (#"{"\u0000":1}"#, ["\u{FFFD}": 1]),
        ("\"two\nlines\tand \u{1B}[1m\"", "two\nlines\tand \u{1B}[1m"), ("\"\\n\u{1}\"", "\n\u{1}"),
        (#"{"a":1,"b":2,"a":NaN}"#, ["a": nil, "b": 2]), (#"{"a":1,"a":2}"#, ["a": 2]),
        ("\u{FEFF} {} ", [:]), (#""😀 \ud83d\ude00""#, "😀 😀"), ("1.50", .decimal(1.5)),
    ] as [(String, JSON)])
    func `what other programs write is read as far as it means something`(text: String, value: JSON) throws {
        #expect(try read(text) == value)
    }

    /// Bytes between two quotation marks, and the text that they are read as.
    @Test(arguments: [
        ([0xED, 0xA0, 0xBD], "\u{FFFD}\u{FFFD}\u{FFFD}"), ([0x61, 0xFF, 0x62], "a\u{FFFD}b"),
        ([0xF0, 0x9F, 0x98], "\u{FFFD}"), ([0x5C, 0x6E, 0xC3], "\n\u{FFFD}"), ([0xC3, 0xA9], "é"),
    ] as [([UInt8], String)])
    func `bytes that are no character are replaced`(bytes: [UInt8], text: String) throws {
        #expect(try JSON(tolerating: [0x22] + bytes + [0x22]) == .string(text))
    }

    @Test(arguments: [
        "", " ", "<html>", "{", "[1,]", "{a:1}", "'a'", "[1 2]", "{}{}", "\"a", #""\x""#, #""\u12""#, #""\ud83d\u1""#,
        "nan", "inf", "+Infinity", "Infinit", "NaNs", "01", "1.", "1e", "-", "undefined", "None", "\u{0}",
    ])
    func `what has no structure of JSON is refused all the same`(text: String) {
        #expect(throws: MalformedJSON.self) { try read(text) }
    }

    /// A result is stored within an object that says how the request ended, and read whenever its job is.
    @Test func `what was read can be stored within another value and read again, also at its bounds`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        let most = "[" + String(repeating: "1,", count: 199_986) + "1]"
        for text in [nested(500), most, #"["\u0000\ud83d",NaN,1e400,"\u0001"]"#] {
            let value = try read(text)
            for stored in [FalResult.delivered(value), FalResult.failed("x", type: "y", status: 422, payload: value)] {
                #expect(try JSON(parsing: stored.text) == stored)
                #expect(!stored.text.utf8.contains(0))
            }
        }
        #expect(throws: MalformedJSON.self) { try read(nested(501)) }
        #expect(throws: MalformedJSON.self) { try read("[1," + most.dropFirst()) }
    }

    /// A request's body, the place at fault, and what is said of it.
    @Test(arguments: [
        (#"{"prompt": "a cat \ud83d"}"#, "prompt", "half of a surrogate pair at byte 18 in 'prompt'"),
        (#"{"jobs": [{}, {"prompt": "\udc00"}]}"#, "jobs.1.prompt",
            "half of a surrogate pair at byte 26 in 'jobs.1.prompt'"),
        (#"{"a": {"b": [1, NaN]}}"#, "a.b.1", "NaN or Infinity at byte 16 in 'a.b.1'"),
        (#"{"a": -Infinity}"#, "a", "NaN or Infinity at byte 6 in 'a'"),
        (#"{"a": 1e400}"#, "a", "a number that is too large at byte 6 in 'a'"),
        (#"{"a": 01}"#, "a", "an incomplete number at byte 6 in 'a'"),
        (#"{"a": 1.}"#, "a", "an incomplete number at byte 8 in 'a'"),
        (#"{"a": "\x"}"#, "a", "an unknown escape at byte 7 in 'a'"),
        ("{\"a\": \"b\nc\"}", "a", "a control character that is not escaped at byte 8 in 'a'"),
        (#"{"a": "b"#, "a", "it ends early, at byte 8 in 'a'"),
        (#"{"prompt": "a""#, nil, "it ends early, at byte 14"), ("", nil, "it ends early, at byte 0"),
        ("{}}", nil, "more text after its end at byte 2"), ("prompt=a", nil, "an unexpected character at byte 0"),
        (#"{"a": 1, b: 2}"#, nil, "an unexpected character at byte 9"),
        (#"{"a": [1, 2}"#, "a", "an unexpected character at byte 11 in 'a'"),
        (String(repeating: "[", count: 513), nil, "more than 512 levels at byte 512"),
    ] as [(String, String?, String)])
    func `what is malformed in a body is named with its place`(
        text: String, field: String?, message: String
    ) {
        let error = #expect(throws: MalformedJSON.self) { try JSON(parsing: text) }

        #expect(error?.field == field && error?.message == message, "\(error?.message ?? "")")
    }

    @Test func `a text that is not UTF-8 is named by where it begins, and names are repeated in part`() {
        let broken = Array(#"{"a": ""#.utf8) + [0xED, 0xA0, 0xBD] + Array(#""}"#.utf8)
        let error = #expect(throws: MalformedJSON.self) { try JSON(parsing: broken) }
        #expect(error?.message == "a text that is not UTF-8 at byte 7 in 'a'")

        let long = String(repeating: "x", count: 1_000)
        let deep = #expect(throws: MalformedJSON.self) { try JSON(parsing: "{\"\(long)\": {\"\(long)\": x}}") }
        #expect(deep?.field == String(repeating: "x", count: 64))
    }
}
