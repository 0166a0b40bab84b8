import SQL

/// The identity of a `Subject`: a UUID of version 7 in lower case, so that ids sort by the time at which they were made
/// (RFC 9562).
package struct ID<Subject>: Sendable, Hashable, Comparable, Codable, RawRepresentable, SQLConvertible,
    CustomStringConvertible {
    package let rawValue: String

    /// Trusts `rawValue`: for ids from the database. Ids from outside go through `init(checking:)`.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Nil unless `text` is a UUID, in upper or lower case.
    package init?(checking text: some StringProtocol) {
        guard text.utf8.count == 36 else { return nil }
        let lowercased = text.lowercased()
        for (index, byte) in lowercased.utf8.enumerated() {
            switch index {
            case 8, 13, 18, 23: if byte != UInt8(ascii: "-") { return nil }
            default: if !(48...57).contains(byte) && !(97...102).contains(byte) { return nil }
            }
        }
        rawValue = lowercased
    }

    package static func make(at now: Instant) -> ID {
        // All at once, since each is a system call.
        let random = UInt128.random(in: .min ... .max)
        let time = UInt64(max(now.milliseconds, 0)) & 0xFFFF_FFFF_FFFF
        let high = time << 16 | 0x7000 | UInt64(truncatingIfNeeded: random) & 0x0FFF
        let low = 0x8000_0000_0000_0000 | UInt64(truncatingIfNeeded: random >> 64) >> 2
        return ID(high: high, low: low)
    }

    /// Random, of version 4: for what is never sorted, such as a request.
    package static func random() -> ID {
        let random = UInt128.random(in: .min ... .max)
        return ID(
            high: UInt64(truncatingIfNeeded: random >> 64) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000,
            low: 0x8000_0000_0000_0000 | UInt64(truncatingIfNeeded: random) >> 2)
    }

    /// Before every id made at this instant or later, and behind every earlier one.
    package static func first(at instant: Instant) -> ID {
        ID(high: UInt64(max(instant.milliseconds, 0)) << 16, low: 0)
    }

    private init(high: UInt64, low: UInt64) {
        rawValue = String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = nibble < 16 ? high : low
                buffer[position] = Hex.digit(UInt8(word >> UInt64(60 - 4 * (nibble % 16)) & 15))
                position += 1
            }
            return position
        }
    }

    package static func < (one: ID, other: ID) -> Bool { one.rawValue < other.rawValue }

    package var description: String { rawValue }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = ID(checking: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "this is not an id"))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
