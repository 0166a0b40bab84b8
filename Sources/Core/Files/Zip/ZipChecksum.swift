/// The checksum of a file in a ZIP (CRC-32 of ISO 3309), eight bytes at a time.
struct ZipChecksum: Sendable, Hashable {
    private var state: UInt32 = .max

    var value: UInt32 { ~state }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var (state, index) = (state, 0)
        Self.tables.withUnsafeBufferPointer { tables in
            func effect(_ word: UInt32, before bytes: Int) -> UInt32 {
                let first = tables[256 * (bytes + 3) + Int(word & 255)]
                let second = tables[256 * (bytes + 2) + Int(word >> 8 & 255)]
                let third = tables[256 * (bytes + 1) + Int(word >> 16 & 255)]
                return first ^ second ^ third ^ tables[256 * bytes + Int(word >> 24)]
            }
            while index + 8 <= bytes.count {
                let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
                let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index + 4, as: UInt32.self))
                state = effect(state ^ low, before: 4) ^ effect(high, before: 0)
                index += 8
            }
            while index < bytes.count {
                state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[index])) & 255)]
                index += 1
            }
        }
        self.state = state
    }

    mutating func add(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
    }

    /// Eight tables of 256, one behind the other. The n-th is the effect of a byte that has n bytes behind it.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for byte in 0..<UInt32(256) {
            var state = byte
            for _ in 0..<8 {
                let isOdd = state & 1 == 1
                state >>= 1
                if isOdd { state ^= 0xEDB8_8320 }
            }
            tables.append(state)
        }
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(before >> 8 ^ tables[Int(before & 255)])
        }
        return tables
    }()
}
