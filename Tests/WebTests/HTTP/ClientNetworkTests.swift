import Core
import Testing
@testable import Web

struct ClientNetworkTests {
    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("::1", "::1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ])
    func `limits count IPv4 addresses one by one, IPv6 addresses by network`(address: String, network: String) {
        #expect(Client.network(of: address) == network)
    }
}
