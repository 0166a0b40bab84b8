import NIOCore

/// Bytes that are there already, as a store takes them.
struct OnePart: AsyncSequence, Sendable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func makeAsyncIterator() -> Iterator { Iterator(rest: ByteBuffer(bytes: bytes)) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: ByteBuffer?

        mutating func next() async throws -> ByteBuffer? {
            defer { rest = nil }
            return rest
        }
    }
}
