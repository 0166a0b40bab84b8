import Foundation
package import NIOCore

/// An address as numbers, to be judged. Its text is not judged: `0177.0.0.1` and `::ffff:7f00:1` have many spellings.
package enum IPAddress: Sendable, Hashable {
    case v4(UInt32)
    case v6(high: UInt64, low: UInt64)

    package init?(_ address: SocketAddress) {
        switch address {
        case .v4(let v4):
            self = .v4(UInt32(bigEndian: v4.address.sin_addr.s_addr))
        case .v6(let v6):
            let bytes = withUnsafeBytes(of: v6.address.sin6_addr) { Array($0) }
            let word = { (range: Range<Int>) in bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
            self = .v6(high: word(0..<8), low: word(8..<16))
        case .unixDomainSocket:
            return nil
        }
    }

    /// Whether it belongs to the public internet, by the special-purpose registries of IANA. What is not known to be
    /// public is not.
    package var isPublic: Bool {
        switch self {
        case .v4(let address): !Self.special4.contains { $0.contains(address) }
        case .v6(let high, let low): Self.isPublic(high, low)
        }
    }

    private struct Block: Sendable {
        let start: UInt32
        let bits: UInt32

        init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ bits: UInt32) {
            start = a << 24 | b << 16 | c << 8
            self.bits = bits
        }

        func contains(_ address: UInt32) -> Bool { (address ^ start) >> (32 - bits) == 0 }
    }

    private static let special4: [Block] = [
        Block(0, 0, 0, 8),          // this network
        Block(10, 0, 0, 8),         // private
        Block(100, 64, 0, 10),      // carrier-grade NAT
        Block(127, 0, 0, 8),        // loopback
        Block(169, 254, 0, 16),     // link-local, and the clouds' metadata
        Block(172, 16, 0, 12),      // private
        Block(192, 0, 0, 24),       // protocol assignments
        Block(192, 0, 2, 24),       // documentation
        Block(192, 88, 99, 24),     // 6to4 relays
        Block(192, 168, 0, 16),     // private
        Block(198, 18, 0, 15),      // benchmarks
        Block(198, 51, 100, 24),    // documentation
        Block(203, 0, 113, 24),     // documentation
        Block(224, 0, 0, 4),        // multicast
        Block(240, 0, 0, 4),        // reserved, and broadcast
    ]

    /// Two blocks carry a v4 address, which is then what counts. Of the rest only 2000::/3 is given out, with holes.
    private static func isPublic(_ high: UInt64, _ low: UInt64) -> Bool {
        let embedded = IPAddress.v4(UInt32(truncatingIfNeeded: low))
        if high == 0, low >> 32 == 0xFFFF { return embedded.isPublic }                          // ::ffff:0:0/96, mapped
        if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return embedded.isPublic }           // 64:ff9b::/96, NAT64
        return high >> 61 == 0b001
            && high >> 41 != 0x2001_0000_0000_0000 >> 41                                 // 2001::/23, Teredo and others
            && high >> 32 != 0x2001_0DB8                                                        // documentation
            && high >> 48 != 0x2002                                                             // 6to4
            && high >> 44 != 0x3FFF_0000_0000_0000 >> 44                                        // documentation
    }
}
