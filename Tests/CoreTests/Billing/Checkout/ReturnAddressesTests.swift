@testable import Core
import Testing

/// Where a pay page may lead back to.
struct ReturnAddressesTests {
    private static let app = "https://app.example.com"
    private let addresses = ReturnAddresses(
        publicURL: "https://pictures.example.com", apps: AppOrigins(listed: [app]))

    private func isAllowed(_ address: String, by addresses: ReturnAddresses? = nil) -> Bool {
        (try? (addresses ?? self.addresses).check(address, field: "successUrl", otherwise: "/")) == address
    }

    @Test(arguments: [
        "https://pictures.example.com", "https://pictures.example.com/", "https://pictures.example.com/a?b=c#d",
        "https://pictures.example.com:443/a", "HTTPS://PICTURES.EXAMPLE.COM/a", "https://app.example.com/credits",
        "https://app.example.com?next=https://evil.example", "https://app.example.com/@evil.example",
    ])
    func `pages of this server and of its app are allowed, and stay as they are`(address: String) {
        #expect(isAllowed(address))
    }

    @Test(arguments: [
        "https://evil.example", "http://pictures.example.com", "https://pictures.example.com:8443/",
        "https://pictures.example.com.evil.example", "https://evil.example/pictures.example.com",
        "https://pictures.example.com@evil.example/", "https://evil.example#@pictures.example.com",
        "https://user@pictures.example.com/", "https://user:word@app.example.com/",
        #"https://evil.example\@pictures.example.com/"#, #"https://pictures.example.com\@evil.example/"#,
        "https://www.pictures.example.com/", "https://example.com/", "https://pictures.example.com%2eevil.example/",
        "//pictures.example.com/", "/credits", "credits", "", " https://pictures.example.com/", "https://", "https:",
        "javascript:alert(1)//https://pictures.example.com", "data:text/html,x", "ftp://pictures.example.com/",
        "https:pictures.example.com", "https:///pictures.example.com", "https://pictures.example.com:99999/",
    ])
    func `any other address is refused, with the field that has it`(address: String) {
        #expect(throws: BillingError.foreignAddress(field: "cancelUrl")) {
            try addresses.check(address, field: "cancelUrl", otherwise: "/")
        }
    }

    @Test func `an address of two thousand bytes is allowed, and a longer one is not`() {
        let longest = Self.app + "/" + String(repeating: "x", count: 2000 - Self.app.count - 1)

        #expect(isAllowed(longest))
        #expect(!isAllowed(longest + "x"))
        #expect(!isAllowed(String(longest.dropLast()) + "é"), "bytes count, not letters")
    }

    @Test func `without a wish people come back to this server`() throws {
        #expect(try addresses.check(nil, field: "returnUrl", otherwise: "/?checkout=done")
            == "https://pictures.example.com/?checkout=done")
    }

    @Test(arguments: [AppOrigins.none, AppOrigins(isAny: true), AppOrigins(listed: ["", "null"])])
    func `where no app is named only this server's pages are allowed`(apps: AppOrigins) {
        let alone = ReturnAddresses(publicURL: "http://localhost:8080", apps: apps)

        #expect(isAllowed("http://localhost:8080/credits", by: alone))
        #expect(!isAllowed("http://localhost/credits", by: alone) && !isAllowed("https://app.example.com", by: alone))
    }
}
