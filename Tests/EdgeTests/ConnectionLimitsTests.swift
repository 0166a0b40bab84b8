@testable import Edge
import NIOCore
import Testing

/// How many connections there may be.
struct ConnectionLimitsTests {
    @Test(arguments: [
        // A shell's limit leaves room for a file beside each connection.
        (openFiles: 1_024, total: 432), (4_096, 1_968), (1_048_576, 20_000),
        // Too few to serve at all is still a few.
        (0, 16), (256, 48), (Int.max, 20_000),
    ])
    func `there are half as many connections as open files, beyond a reserve`(openFiles: Int, total: Int) {
        #expect(ConnectionLimits(openFiles: openFiles).total == total)
    }

    @Test func `one network never has more than half`() {
        #expect(ConnectionLimits(openFiles: 1_024, perNetwork: 2_000).perNetwork == 216)
        #expect(ConnectionLimits(openFiles: 1_048_576, perNetwork: 2_000).perNetwork == 2_000)
        #expect(ConnectionLimits(openFiles: 1_048_576, perNetwork: 0).perNetwork == 1)
    }

    @Test func `one too many of a network is refused, and the others go on`() throws {
        let limits = ConnectionLimits(openFiles: 0, perNetwork: 2)
        let (ada, bob) = (try address("192.0.2.1"), try address("192.0.2.2"))

        let first = try #require(limits.admit(ada))
        let second = try #require(limits.admit(ada))
        #expect(limits.admit(ada) == nil)
        #expect(limits.admit(bob) != nil)
        limits.release(first)

        #expect(limits.admit(ada) != nil)
        #expect(limits.admit(ada) == nil)
        limits.release(second)
        #expect(limits.open == 2)
    }

    @Test func `one too many in all is refused, from every network`() throws {
        let limits = ConnectionLimits(openFiles: 0, perNetwork: 8)

        for host in 1...16 { #expect(limits.admit(try address("198.51.100.\(host)")) != nil) }

        #expect(limits.admit(try address("203.0.113.1")) == nil)
        #expect(limits.admit(nil) == nil)
    }

    @Test(arguments: [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        // The same client, by a socket of either version.
        ("::ffff:192.0.2.7", "192.0.2.7", true), ("::ffff:192.0.2.7", "::ffff:192.0.2.8", false),
        ("::1", "192.0.2.7", false),
    ])
    func `a network is an IPv4 address, or the first 64 bits of an IPv6 address`(
        one: String, other: String, isSame: Bool
    ) throws {
        let limits = ConnectionLimits(openFiles: 0, perNetwork: 1)

        #expect(limits.admit(try address(one)) != nil)

        #expect((limits.admit(try address(other)) == nil) == isSame)
    }

    @Test func `a proxy speaks for many networks, and counts in all alone`() throws {
        let proxy = try address("192.0.2.9")
        let limits = ConnectionLimits(openFiles: 0, perNetwork: 1) { $0.ipAddress == "192.0.2.9" }

        for _ in 1...16 { #expect(limits.admit(proxy) != nil) }

        #expect(limits.admit(proxy) == nil)
    }

    private func address(_ text: String) throws -> SocketAddress {
        try SocketAddress(ipAddress: text, port: 40_000)
    }
}
