@testable import Core
import NIOCore
import TestSupport
import Testing

struct OriginTests {
    @Test(arguments: [
        ("http://a.example", "http://a.example:80"), ("https://a.example/x?y#z", "https://a.example:443"),
        ("HTTPS://A.Example:8443/", "https://a.example:8443"), ("http://127.0.0.1:65535", "http://127.0.0.1:65535"),
        ("http://[::1]:81/", "http://[::1]:81"), ("https://[2001:DB8::1]/", "https://[2001:db8::1]:443"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example:80"),
        ("http://a_b.example", "http://a_b.example:80"),
        ("http://0177.0.0.1/", "http://0177.0.0.1:80"), ("http://a.example./", "http://a.example.:80"),
    ])
    func `an address has a scheme, a host and a port`(address: String, origin: String) {
        #expect(Origin(address)?.description == origin)
    }

    @Test func `the same place is the same origin, however its address is written`() {
        let same = ["http://a.example", "http://A.EXAMPLE:80/", "HTTP://a.example/b/c?d"].map { Origin($0) }

        #expect(Set(same).count == 1)
        #expect(Origin("http://a.example") != Origin("https://a.example"))
        #expect(Origin("http://a.example") != Origin("http://a.example:81"))
    }

    @Test(arguments: [
        "http://a.example:65536/", "http://a.example:-1/", "http://a.example:x/",
        "http://a%00.example/", "http://a.example\\@b.example/", "http://a.example\n.b.example/", "javascript:alert(1)",
        "http://" + String(repeating: "a", count: 254) + "/", "http:a.example", "//a.example/", "http://[::1/",
        "data:,a", "http://a\u{0}.example/",
    ])
    func `an address that two readers could understand differently has none`(address: String) {
        #expect(Origin(address) == nil)
    }

    @Test func `no host of another script gets through unencoded`() {
        for host in ["bücher.example", "аpple.example", "a。example", "①②⑦.0.0.1", "ａ.example"] {
            // Either it is refused, or it has become ASCII, which is what is looked up.
            let origin = Origin("http://\(host)/")
            #expect(origin.map { $0.host.utf8.allSatisfy { $0 < 0x80 } } ?? true, "\(host)")
        }
    }
}

/// What an address is worth, beside the examples in `IPAddressTests`.
struct AddressBlockTests {
    /// The special blocks of IPv4 in order, by their first and last address.
    private static let special: [(first: UInt32, last: UInt32)] = [
        (0x0000_0000, 0x00FF_FFFF), (0x0A00_0000, 0x0AFF_FFFF), (0x6440_0000, 0x647F_FFFF), (0x7F00_0000, 0x7FFF_FFFF),
        (0xA9FE_0000, 0xA9FE_FFFF), (0xAC10_0000, 0xAC1F_FFFF), (0xC000_0000, 0xC000_00FF), (0xC000_0200, 0xC000_02FF),
        (0xC058_6300, 0xC058_63FF), (0xC0A8_0000, 0xC0A8_FFFF), (0xC612_0000, 0xC613_FFFF), (0xC633_6400, 0xC633_64FF),
        (0xCB00_7100, 0xCB00_71FF), (0xE000_0000, 0xFFFF_FFFF),
    ]

    @Test func `each block of IPv4 is private from its first address to its last, and no further`() {
        for (first, last) in Self.special {
            #expect(!IPAddress.v4(first).isPublic && !IPAddress.v4(last).isPublic, "\(first)")
            if first > 0 { #expect(IPAddress.v4(first - 1).isPublic, "before \(first)") }
            if last < .max { #expect(IPAddress.v4(last + 1).isPublic, "behind \(last)") }
        }
    }

    @Test func `any address of IPv4 is judged the same inside IPv6`() {
        var chance = Seeded(22)
        for _ in 0..<2_000 {
            let address = UInt32(truncatingIfNeeded: chance.next())
            let isPublic = !Self.special.contains { $0.first <= address && address <= $0.last }

            #expect(IPAddress.v4(address).isPublic == isPublic, "\(address)")
            let mapped = IPAddress.v6(high: 0, low: 0xFFFF << 32 | UInt64(address))
            #expect(mapped.isPublic == isPublic)
            #expect(IPAddress.v6(high: 0x64_FF9B << 32, low: UInt64(address)).isPublic == isPublic)
            #expect(!IPAddress.v6(high: 0, low: UInt64(address)).isPublic, "the old form is not in use")
            #expect(!IPAddress.v6(high: 0x2002 << 48 | UInt64(address) << 16, low: 1).isPublic, "6to4")
        }
    }

    @Test func `of IPv6 only one eighth is given out`() {
        var chance = Seeded(23)
        for _ in 0..<2_000 {
            let high = chance.next()
            guard high >> 61 != 1, high != 0, high >> 32 != 0x64_FF9B else { continue }
            #expect(!IPAddress.v6(high: high, low: chance.next()).isPublic, "\(high)")
        }
        #expect(IPAddress.v6(high: 0x2001_0200 << 32, low: 1).isPublic, "the first behind 2001::/23")
        #expect(!IPAddress.v6(high: 0x2001_01FF << 32 | 0xFFFF_FFFF, low: .max).isPublic, "its last")
        #expect(IPAddress.v6(high: 0x2001_0DB9 << 32, low: 0).isPublic, "beside the documentation")
        #expect(!IPAddress.v6(high: 0x3FFF_0FFF << 32, low: 0).isPublic)
        #expect(IPAddress.v6(high: 0x3FFF_1000 << 32, low: 0).isPublic)
    }

    @Test func `a socket of the machine has no address, and is refused`() throws {
        let socket = try SocketAddress(unixDomainSocketPath: "/run/x")
        let origin = try #require(Origin("http://a.example"))

        #expect(IPAddress(socket) == nil)
        #expect(throws: FetchError.privateAddress(host: "a.example")) {
            try AddressPolicy().check([socket], of: origin)
        }
    }

    @Test func `what one fetch trusts is not trusted by the next`() throws {
        let (one, other) = (try #require(Origin("http://a.example")), try #require(Origin("http://b.example")))
        let base = AddressPolicy(trusted: [one])
        let inside = [try SocketAddress(ipAddress: "10.0.0.1", port: 80)]

        #expect(try base.trusting([other]).check(inside, of: one) == inside)
        #expect(try base.trusting([other]).check(inside, of: other) == inside)
        #expect(throws: FetchError.self) { try base.check(inside, of: other) }
    }
}
