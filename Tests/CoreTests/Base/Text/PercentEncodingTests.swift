import Core
import Foundation
import Testing

struct PercentEncodingTests {
    /// Every byte that is a character of its own, and what it becomes in an address (RFC 3986 §2.3).
    @Test func `only letters, digits and four marks stay as they are`() {
        let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        for byte in UInt8(0)..<0x80 {
            let text = String(Unicode.Scalar(byte))
            let expected = unreserved.contains(byte) ? text : String(format: "%%%02X", Int(byte))
            #expect(text.percentEncoded == expected)
        }
    }

    /// `attr-char` of RFC 8187 §3.2.1.
    @Test func `a header's parameter keeps eight marks more`() {
        let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~".utf8)
        for byte in UInt8(0)..<0x80 {
            let text = String(Unicode.Scalar(byte))
            let expected = kept.contains(byte) ? text : String(format: "%%%02X", Int(byte))
            #expect(PercentEncoding.encode(text, keeping: .attribute) == expected)
        }
    }

    @Test(arguments: [
        ("", ""), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("100%", "100%25"), ("a/b?c=d&e#f", "a%2Fb%3Fc%3Dd%26e%23f"),
        ("line_items[0][price]", "line_items%5B0%5D%5Bprice%5D"), ("ü", "%C3%BC"), ("u\u{308}", "u%CC%88"),
        ("日本", "%E6%97%A5%E6%9C%AC"), ("🖼", "%F0%9F%96%BC"), ("a\0b\u{7f}", "a%00b%7F"), ("\u{a0}", "%C2%A0"),
        ("https://a.example/x?y=z", "https%3A%2F%2Fa.example%2Fx%3Fy%3Dz"), ("-._~", "-._~"), ("ª²", "%C2%AA%C2%B2"),
    ])
    func `text is encoded byte by byte in UTF-8, and comes back`(text: String, encoded: String) {
        #expect(text.percentEncoded == encoded)
        #expect(PercentEncoding.decode(encoded) == text)
        #expect(PercentEncoding.decode(encoded.lowercased()) == text.lowercased())
        #expect(PercentEncoding.decode(encoded, plusIsSpace: true) == text)
    }

    @Test func `a plus is a space in a form only`() {
        #expect(PercentEncoding.decode("a+b%2Bc") == "a+b+c")
        #expect(PercentEncoding.decode("a+b%2Bc", plusIsSpace: true) == "a b+c")
    }

    @Test func `what need not be encoded is decoded as it is`() {
        #expect(PercentEncoding.decode("a/ü?[x]") == "a/ü?[x]")
    }

    @Test(arguments: ["%", "a%", "%4", "%zz", "%4g", "% 41", "%\u{10}1", "%ff", "%C3", "%C3%", "%ED%A0%80", "%+1"])
    func `what is no encoding is not decoded`(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
        #expect(PercentEncoding.decode(text, plusIsSpace: true) == nil)
    }
}
