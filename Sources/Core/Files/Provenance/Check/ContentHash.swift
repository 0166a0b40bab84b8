import Crypto
import Foundation

/// The hashes that content credentials name.
enum ContentHash: String, Sendable, Hashable {
    case sha256, sha384, sha512

    func callAsFunction(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.withUnsafeBytes { hash([$0]) }
    }

    /// Of a file without some ranges of it, which are in order and within it.
    func callAsFunction(_ file: [UInt8], without ranges: [Range<Int>]) -> [UInt8] {
        file.withUnsafeBytes { bytes in
            var (parts, position): ([UnsafeRawBufferPointer], Int) = ([], 0)
            for range in ranges {
                parts.append(UnsafeRawBufferPointer(rebasing: bytes[position..<range.lowerBound]))
                position = range.upperBound
            }
            parts.append(UnsafeRawBufferPointer(rebasing: bytes[position...]))
            return hash(parts)
        }
    }

    private func hash(_ parts: [UnsafeRawBufferPointer]) -> [UInt8] {
        switch self {
        case .sha256: Self.hash(parts, SHA256())
        case .sha384: Self.hash(parts, SHA384())
        case .sha512: Self.hash(parts, SHA512())
        }
    }

    private static func hash<Function: HashFunction>(
        _ parts: [UnsafeRawBufferPointer], _ function: Function
    ) -> [UInt8] {
        var function = function
        for part in parts { function.update(bufferPointer: part) }
        return Array(function.finalize())
    }
}
