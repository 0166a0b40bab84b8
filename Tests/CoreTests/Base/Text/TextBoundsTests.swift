import Core
import Testing

/// Bounds on texts from outside, which are in bytes.
struct TextBoundsTests {
    @Test(arguments: [
        ("abc", 3, "abc"), ("abc", 2, "ab"), ("abc", 0, ""), ("abc", -1, ""), ("", 5, ""),
        ("éé", 4, "éé"), ("éé", 3, "é"), ("éé", 1, ""), ("a😀", 4, "a"), ("a😀", 5, "a😀"),
        // Within one character, as people see it.
        ("e\u{301}\u{301}", 4, "e\u{301}"), ("e\u{301}\u{301}", 3, "e\u{301}"), ("e\u{301}", 2, "e"),
    ])
    func `a text is cut between two code points, at a number of bytes`(text: String, limit: Int, beginning: String) {
        // Not `==`, for which two spellings of one character are the same.
        #expect(Array(text.beginning(bytes: limit).utf8) == Array(beginning.utf8))
    }

    @Test func `an excerpt has 64 code points, whatever the characters are`() {
        #expect(String(repeating: "x", count: 64).excerpt.utf8.count == 64)
        #expect(String(repeating: "x", count: 65).excerpt.utf8.count == 64)
        #expect(("x" + String(repeating: "\u{301}", count: 1000)).excerpt.utf8.count == 1 + 63 * 2)
        #expect("short".excerpt == "short" && "".excerpt == "")
    }

    @Test func `a user agent is cut at 200 bytes`() {
        let agent = "x" + String(repeating: "\u{301}", count: 5000)
        #expect(Client(address: "a", userAgent: agent).userAgent?.utf8.count == 199)
        #expect(Client(address: "a", userAgent: "curl/8").userAgent == "curl/8")
    }
}
