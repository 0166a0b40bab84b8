package import NIOCore

/// Bytes in parts of one size, as a body arrives; it may break off with an error.
package struct Parts: AsyncSequence, Sendable {
    package struct BrokenOff: Error {
        package init() {}
    }

    private let bytes: [UInt8]
    private let size: Int
    private let breaksOff: Bool

    package init(_ bytes: [UInt8], of size: Int = 1000, breaksOff: Bool = false) {
        self.bytes = bytes
        self.size = size
        self.breaksOff = breaksOff
    }

    package func makeAsyncIterator() -> Iterator { Iterator(rest: bytes[...], size: size, breaksOff: breaksOff) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var rest: ArraySlice<UInt8>
        fileprivate let size: Int
        fileprivate let breaksOff: Bool

        package mutating func next() async throws -> ByteBuffer? {
            if rest.isEmpty {
                if breaksOff { throw BrokenOff() }
                return nil
            }
            defer { rest = rest.dropFirst(size) }
            return ByteBuffer(bytes: rest.prefix(size))
        }
    }
}
