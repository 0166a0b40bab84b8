import CZlib

/// The checksum of files in a ZIP and of chunks in a PNG (CRC-32 of ISO 3309).
struct CRC32: Sendable, Hashable {
    private var state: UInt = 0

    var value: UInt32 { UInt32(truncatingIfNeeded: state) }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        state = crc32_z(state, start.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    mutating func add(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
    }

    static func of(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32()
        checksum.add(bytes)
        return checksum.value
    }
}
