import Testing
@testable import Web

/// Who the client of a request is, by its peer and what proxies wrote.
struct TrustedProxiesTests {
    private static let setting = "10.0.0.1, 10.1.0.0/16,192.0.2.7 fd00:1::/32, 2001:db8::1"

    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let peer: String
        let headers: [String]
        let client: String

        init(_ why: String, _ peer: String, _ headers: [String], _ client: String) {
            self.why = why
            self.peer = peer
            self.headers = headers
            self.client = client
        }

        var testDescription: String { why }
    }

    @Test(arguments: [
        Case("no header", "10.0.0.1", [], "10.0.0.1"),
        Case("the proxy's own entry", "10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        Case("a peer that is not trusted", "203.0.113.9", ["203.0.113.7"], "203.0.113.9"),
        Case("a neighbor of a trusted address", "10.0.0.2", ["203.0.113.7"], "10.0.0.2"),
        Case("the client's own claim on the left", "10.0.0.1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        Case("a claim of a trusted address", "10.0.0.1", ["10.0.0.1, 203.0.113.7"], "203.0.113.7"),
        Case("two proxies", "10.0.0.1", ["198.51.100.1, 203.0.113.7, 10.1.2.3"], "203.0.113.7"),
        Case("the last address of a network", "10.1.255.255", ["203.0.113.7"], "203.0.113.7"),
        Case("the address after it", "10.2.0.0", ["203.0.113.7"], "10.2.0.0"),
        Case("several headers are one list", "10.0.0.1", ["198.51.100.1", "203.0.113.7, 10.1.2.3", "10.1.2.4"],
             "203.0.113.7"),
        Case("trusted hops only", "10.0.0.1", ["10.1.2.3, 192.0.2.7"], "10.1.2.3"),
        Case("an IPv6 client", "10.0.0.1", ["2001:db8:7::9"], "2001:db8:7::9"),
        Case("an IPv6 peer", "2001:db8::1", ["203.0.113.7"], "203.0.113.7"),
        Case("an IPv6 peer, written in full", "2001:0db8:0:0::0001", ["203.0.113.7"], "203.0.113.7"),
        Case("an IPv6 network", "fd00:1:2::3", ["203.0.113.7, fd00:1:ffff::"], "203.0.113.7"),
        Case("an address beside it", "fd00:2::3", ["203.0.113.7"], "fd00:2::3"),
        Case("an IPv4 peer of a socket for both", "::ffff:10.1.2.3", ["203.0.113.7"], "203.0.113.7"),
        Case("an IPv4 hop of a socket for both", "10.0.0.1", ["203.0.113.7, ::ffff:10.1.2.3"], "203.0.113.7"),
        Case("with ports", "10.0.0.1", ["203.0.113.7:4711, 10.1.2.3:80"], "203.0.113.7"),
        Case("with brackets", "10.0.0.1", ["[2001:db8:7::9], [fd00:1::2]:8080"], "2001:db8:7::9"),
        Case("blanks", "10.0.0.1", [" \t203.0.113.7\t ,  10.1.2.3 "], "203.0.113.7"),
    ])
    func `the first address from the right that is not trusted is the client`(wanted: Case) throws {
        let proxies = try TrustedProxies(Self.setting)

        #expect(proxies.client(of: wanted.peer, forwardedFor: wanted.headers) == wanted.client)
    }

    @Test(arguments: [
        "", ",", "unknown", "_hidden", "203.0.113", "203.0.113.256", "0203.0.113.7", "203.0.113.7.", "203.0.113.7 x",
        "203.0.113.7:", "203.0.113.7:x", "203.0.113.7:123456", "[203.0.113.7]", "[2001:db8:7::9", "[2001:db8:7::9]x",
        "2001:db8:7::9::1", "fe80::1%eth0", "\"203.0.113.7\"", "203.0.113.0/24", "for=203.0.113.7",
        "203.0.113.7\u{0}", "\u{0662}03.0.113.7", String(repeating: "1", count: 10_000),
    ])
    func `an entry that is no address ends the walk at the hop that wrote it`(entry: String) throws {
        let proxies = try TrustedProxies(Self.setting)

        #expect(proxies.client(of: "10.0.0.1", forwardedFor: [entry]) == "10.0.0.1")
        #expect(proxies.client(of: "10.0.0.1", forwardedFor: ["203.0.113.7, \(entry), 10.1.2.3"]) == "10.1.2.3")
    }

    @Test func `sixteen hops are read, and no more`() throws {
        let proxies = try TrustedProxies("10.0.0.0/8")
        func client(after hops: Int) -> String {
            let entries = ["203.0.113.7"] + (1...hops).reversed().map { "10.0.0.\($0)" }
            return proxies.client(of: "10.9.9.9", forwardedFor: [entries.joined(separator: ", ")])
        }

        #expect(client(after: 15) == "203.0.113.7")
        #expect(client(after: 16) == "10.0.0.16")
        #expect(client(after: 1000) == "10.0.0.16")
    }

    @Test func `without the setting nobody is trusted`() throws {
        #expect(TrustedProxies.none.isEmpty)
        for peer in ["10.0.0.1", "127.0.0.1", "::1", "unknown"] {
            #expect(TrustedProxies.none.client(of: peer, forwardedFor: ["203.0.113.7"]) == peer)
        }
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", "127.0.0.2"), ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
        ("128.0.0.0/1", "255.0.0.1", "127.0.0.1"), ("10.0.0.4/31", "10.0.0.5", "10.0.0.6"),
        ("10.0.0.4/32", "10.0.0.4", "10.0.0.5"), ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
        ("2001:db8:0:1::/64", "2001:db8:0:1:ffff::1", "2001:db8:0:2::1"),
        ("2001:db8::8/125", "2001:db8::f", "2001:db8::10"), ("2001:db8::1/128", "2001:db8::1", "2001:db8::2"),
        ("::ffff:10.0.0.0/104", "10.255.0.1", "11.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ("::/1", "::1", "0.0.0.1"),
    ])
    func `a network has the addresses that begin as it does`(entry: String, within: String, beside: String) throws {
        let proxies = try TrustedProxies(entry)

        #expect(proxies.client(of: within, forwardedFor: ["203.0.113.7"]) == "203.0.113.7")
        #expect(proxies.client(of: beside, forwardedFor: ["203.0.113.7"]) == beside)
    }

    @Test(arguments: [
        ("proxy.lan", "is not an IP address"), ("10.0.0", "is not an IP address"), ("10.0.0.256", "is not an IP"),
        ("10.0.0.1:80", "is not an IP address"), ("[::1]", "is not an IP address"), ("*", "is not an IP address"),
        ("/8", "is not an IP address"), ("fe80::1%lo", "is not an IP address"),
        ("10.0.0.0/", "from 1 to 32"), ("10.0.0.0/33", "from 1 to 32"), ("0.0.0.0/0", "from 1 to 32"),
        ("10.0.0.0/255.0.0.0", "from 1 to 32"), ("10.0.0.0/+8", "from 1 to 32"), ("10.0.0.0/8/8", "from 1 to 32"),
        ("::/0", "from 1 to 128"), ("2001:db8::/129", "from 1 to 128"), ("::ffff:0.0.0.0/96", "from 97 to 128"),
        ("10.0.0.1/8", "after its prefix"), ("10.0.0.5/31", "after its prefix"), ("2001:db8::1/64", "after its prefix"),
        ("2001:db8::1/127", "after its prefix"),
    ])
    func `what is no network is refused, and named`(entry: String, reason: String) throws {
        let problem = #expect(throws: TrustedProxies.Problem.self) { try TrustedProxies("127.0.0.1, \(entry)") }

        #expect(problem?.entry == entry)
        #expect(problem?.reason.contains(reason) == true)
    }
}
