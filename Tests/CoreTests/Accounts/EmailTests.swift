@testable import Core
import Testing

struct EmailTests {
    @Test(arguments: ["a@example.com", "first.last+tag@sub.example.co", "admin@localhost", "o'neil@example.com"])
    func `an address is stored as written`(text: String) {
        #expect(EmailAddress(text)?.text == text)
    }

    @Test func `space around an address does not count, nor does case when it is compared`() {
        #expect(EmailAddress("  Ada@Example.COM\n")?.text == "Ada@Example.COM")
        #expect(EmailAddress("Ada@Example.COM")?.key == EmailAddress("ada@example.com")?.key)
    }

    @Test(arguments: [
        "", "a", "@", "a@", "@b.c", "a b@example.com", "a@exa mple.com", "a@-example.com", "a@example..com",
        "a@@example.com",
        "a\u{0}@example.com", "ada@exämple.com", "аda@example.com", "a@example.com\r\nBcc: b@example.com",
        String(repeating: "a", count: 65) + "@example.com", "a@" + String(repeating: "b.", count: 150) + "com",
    ])
    func `what is not an address is refused`(text: String) {
        #expect(EmailAddress(text) == nil)
    }
}
