import Core
import Testing

/// Characters that show nothing, in texts from outside.
struct TextRulesTests {
    @Test(arguments: [
        ("", true), ("Ada", true), (" a b ", true), ("é😀\u{200D}\u{202E}", true), ("a\u{A0}b", true),
        ("a\tb", false), ("a\nb", false), ("\u{0}", false), ("\u{1F}", false), ("\u{7F}", false), ("\u{85}", false),
        ("\u{9F}", false), ("a\u{2028}", false), ("a\u{2029}", false),
    ])
    func `a text of one line has no control character and no separator of lines`(text: String, isOneLine: Bool) {
        #expect(text.isOneLine == isOneLine)
        #expect(text.onOneLine.isOneLine && text.onOneLine.unicodeScalars.count == text.unicodeScalars.count)
        if isOneLine { #expect(Array(text.onOneLine.utf8) == Array(text.utf8)) }
    }

    @Test(arguments: [
        ("image_url: bad \u{0}bytes", "image_url: bad \u{FFFD}bytes"), ("\u{0}", "\u{FFFD}"),
        ("\u{1B}[31mred", "\u{FFFD}[31mred"), ("two\nlines\tand\r\n", "two\nlines\tand\r\n"),
        ("plain é", "plain é"), ("", ""),
    ])
    func `what nobody can be refused for is stored with its letters, lines and tabs`(text: String, stored: String) {
        #expect(Array(text.storable.utf8) == Array(stored.utf8))
        #expect(!text.storable.containsNUL)
    }

    @Test(arguments: [
        (#""a\u0000""#, ""), (#"{"data": {"name": "Ada\u0000"}}"#, "data.name"),
        (#"{"jobs": [{"prompt": "a"}, {"prompt": "\u0000"}]}"#, "jobs.1.prompt"),
        (#"{"b": "\u0000", "a": ["\u0000"]}"#, "a.0"), (#"{"data": {"\u0000": 1}}"#, "data.\u{0}"),
        (#"{"a": "\\u0000", "b": [1, true, null, 0.5, {}]}"#, nil), ("[]", nil), (#"{"a": "\u0001"}"#, nil),
    ] as [(String, String?)])
    func `the first text with U+0000 is named by its place`(json: String, path: String?) throws {
        #expect(try JSON(parsing: json).pathOfNUL == path)
    }

    @Test func `a place that is named is short, however long the names are`() throws {
        let long = JSON.object([String(repeating: "x", count: 1000): "\u{0}"])
        #expect(long.pathOfNUL == String(repeating: "x", count: 64))
    }
}
