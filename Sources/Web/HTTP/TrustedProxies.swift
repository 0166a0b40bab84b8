import Core
package import NIOCore

/// The proxies whose `X-Forwarded-For` is believed, and the rule by which it names a request's client.
package struct TrustedProxies: Sendable, Hashable {
    /// What one request may pass through. An endless header is no reason to work.
    package static let hopLimit = 16
    /// Nobody: the peer is the client.
    package static let none = TrustedProxies(networks: [])

    private let networks: [Network]

    private init(networks: [Network]) {
        self.networks = networks
    }

    package var isEmpty: Bool { networks.isEmpty }

    /// The address of the client, without brackets and port.
    ///
    /// The header is read from right to left, as the proxies wrote it, and only as long as a trusted one wrote: the
    /// first address that is not trusted is the client, and what is left of it is the client's own claim. Where an
    /// entry is no address, the hop that wrote it is the client.
    ///
    /// - Parameters:
    ///   - peer: Who the connection comes from.
    ///   - forwardedFor: The values of the header, in their order.
    package func client(of peer: String, forwardedFor: [String]) -> String {
        guard let address = IPAddress(text: peer), isTrusted(address) else { return peer }
        var client = peer
        let entries = forwardedFor.reversed().lazy.flatMap { value in
            value.split(separator: ",", omittingEmptySubsequences: false).reversed()
        }
        for entry in entries.prefix(Self.hopLimit) {
            guard let host = Self.host(in: entry), let address = IPAddress(text: host) else { break }
            client = host
            if !isTrusted(address) { break }
        }
        return client
    }

    /// Whether a connection comes from one of them.
    package func isTrusted(_ peer: SocketAddress) -> Bool {
        IPAddress(peer).map { isTrusted($0.unmapped) } ?? false
    }

    private func isTrusted(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// Some proxies add a port, and brackets around an IPv6 address.
    private static func host(in entry: Substring) -> String? {
        let entry = entry.trimmingPrefix(while: isBlank)
        let text = entry.prefix { !isBlank($0) }
        guard entry.dropFirst(text.count).allSatisfy(isBlank) else { return nil }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = text[text.index(after: text.startIndex)..<end]
            return host.contains(":") && isPort(text[text.index(after: end)...]) ? String(host) : nil
        }
        guard let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon else { return String(text) }
        return isPort(text[colon...]) ? String(text[..<colon]) : nil
    }

    private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }

    /// `:` and a number, or nothing.
    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && (2...6).contains(text.utf8.count)
            && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) })
    }
}

extension TrustedProxies {
    /// An entry of the setting that cannot be used.
    package struct Problem: Error, Sendable, Hashable {
        package let entry: String
        package let reason: String
    }

    /// Addresses and networks, separated by commas, such as `10.0.0.1, 10.1.0.0/16, fd00::/8`.
    package init(_ text: String) throws(Problem) {
        var networks: [Network] = []
        for entry in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            networks.append(try Network(entry))
        }
        self.init(networks: networks)
    }

    private struct Network: Sendable, Hashable {
        let address: IPAddress
        let bits: Int

        init(_ entry: Substring) throws(Problem) {
            let parts = entry.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let written = IPAddress(text: parts[0], isMappedKept: true) else {
                throw Problem(entry: String(entry), reason: "is not an IP address or a network such as 10.0.0.0/8")
            }
            var bits = written.width
            if parts.count == 2 {
                guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let prefix = Int(parts[1]),
                    (1...bits).contains(prefix)
                else {
                    throw Problem(entry: String(entry), reason: "must have a prefix length from 1 to \(bits)")
                }
                bits = prefix
            }
            let address = written.unmapped
            // A mapped network is one of IPv4 addresses, whose first 96 bits are the mark.
            if address != written { bits -= 96 }
            guard bits > 0 else {
                throw Problem(entry: String(entry), reason: "must have a prefix length from 97 to 128")
            }
            guard address.masked(to: bits) == address else {
                throw Problem(entry: String(entry), reason: "has bits set after its prefix")
            }
            self.address = address
            self.bits = bits
        }

        func contains(_ other: IPAddress) -> Bool {
            other.masked(to: bits) == address
        }
    }
}

extension IPAddress {
    /// - Parameter isMappedKept: Whether `::ffff:192.0.2.1` stays an IPv6 address. It is how a socket for both kinds
    ///   names an IPv4 peer.
    fileprivate init?(text: some StringProtocol, isMappedKept: Bool = false) {
        // What the system's parser would read is more, such as a zone or what stands before a zero byte.
        let isPlain = text.utf8.count <= 45 && text.utf8.allSatisfy { byte in
            (48...58).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte) || byte == 46
        }
        guard isPlain, let socket = try? SocketAddress(ipAddress: String(text), port: 0),
            let address = IPAddress(socket)
        else { return nil }
        self = isMappedKept ? address : address.unmapped
    }

    fileprivate var unmapped: IPAddress {
        guard case .v6(0, let low) = self, low >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: low))
    }

    fileprivate var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// The first `bits`, and zeros. Swift's shifts by the whole width give zero.
    fileprivate func masked(to bits: Int) -> IPAddress {
        switch self {
        case .v4(let address):
            .v4(address & ~(UInt32.max >> bits))
        case .v6(let high, let low):
            .v6(high: high & ~(UInt64.max >> min(bits, 64)), low: low & ~(UInt64.max >> max(bits - 64, 0)))
        }
    }
}
