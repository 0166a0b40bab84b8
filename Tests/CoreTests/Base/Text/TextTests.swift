@testable import Core
import Foundation
import Testing

struct TextTests {
    @Test func `every byte has two digits in lower case, and comes back`() {
        let bytes = (0...255).map { UInt8($0) }
        let text = bytes.map { String(format: "%02x", Int($0)) }.joined()

        #expect(Hex.text(bytes) == text)
        #expect(Hex.bytes(text) == bytes)
        #expect(Hex.text([]).isEmpty && Hex.bytes("") == [])
    }

    @Test(arguments: ["0", "0g", "0A", "AB", " 1", "+1", "0x", "é", "012"])
    func `what is not pairs of digits in lower case is no bytes`(text: String) {
        #expect(Hex.bytes(text) == nil)
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of RFC 4648 hold, with padding and without`(plain: String, encoded: String) {
        #expect(Base64URL.text(plain.utf8) == encoded)
        #expect(Base64URL.bytes(encoded) == Data(plain.utf8))
        let padding = String(repeating: "=", count: (4 - encoded.count % 4) % 4)
        #expect(Base64URL.bytes(encoded + padding) == Data(plain.utf8))
    }

    @Test func `the alphabet of addresses is written, and either is read`() {
        #expect(Base64URL.text([0xFB, 0xEF, 0xFF]) == "--__")
        #expect(Base64URL.bytes("--__") == Data([0xFB, 0xEF, 0xFF]))
        #expect(Base64URL.bytes("++//") == Data([0xFB, 0xEF, 0xFF]))
        #expect(Base64URL.bytes("a b") == nil && Base64URL.bytes("é") == nil)
    }

    @Test func `secrets are the same if all their bytes are`() {
        #expect(isSameSecret("", "") && isSameSecret("secret", "secret"))
        for other in ["", "secre", "secret ", "Secret", "secreT", "secrets"] { #expect(!isSameSecret("secret", other)) }
        // Equal as strings, but not the same bytes.
        #expect(!isSameSecret("\u{FC}", "u\u{308}"))
    }
}
