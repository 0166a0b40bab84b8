import Core
import NIOCore
import Testing

struct AddressPolicyTests {
    private let inside = try? SocketAddress(ipAddress: "10.0.0.1", port: 80)
    private let outside = try? SocketAddress(ipAddress: "8.8.8.8", port: 80)

    private func check(
        _ policy: AddressPolicy, _ addresses: [SocketAddress?], at url: String = "http://example.com/"
    ) throws -> [SocketAddress] {
        try policy.check(addresses.compactMap { $0 }, of: #require(Origin(url)))
    }

    @Test func `a host with one private address among public ones is refused`() throws {
        #expect(try check(AddressPolicy(), [outside]).count == 1)
        #expect(throws: FetchError.privateAddress(host: "example.com")) {
            try check(AddressPolicy(), [outside, inside])
        }
        #expect(throws: FetchError.unresolved(host: "example.com")) { try check(AddressPolicy(), []) }
    }

    @Test func `a trusted origin is trusted with its scheme and port only`() throws {
        let policy = AddressPolicy().trusting([try #require(Origin("http://example.com:8081/anything"))])

        #expect(try check(policy, [inside], at: "http://EXAMPLE.com:8081/x").count == 1)
        for other in [
            "http://example.com/", "https://example.com:8081/", "http://example.com:8082/",
            "http://a.example.com:8081/",
        ] {
            #expect(throws: FetchError.self) { try check(policy, [inside], at: other) }
        }
    }

    @Test func `an installation can allow all`() throws {
        #expect(try check(AddressPolicy(allowPrivate: true), [inside]).count == 1)
    }

    @Test(arguments: [
        "", "example.com", "/path", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com", "http://",
        "http:///x", "http://user@example.com/", "http://user:password@example.com/", "http://:x@example.com/",
        "http://exa%6dple.com/",
        "http://example.com:0/", "http://[fe80::1%25eth0]/",
        "http+unix://x/y", "unix:///var/run/x", "http://exam ple.com/", "http://a\\@b/",
    ])
    func `what is no plain web address has no origin`(text: String) {
        #expect(Origin(text) == nil)
    }
}
