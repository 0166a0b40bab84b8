import NIOCore
import NIOPosix

/// The bytes of a range of an open file, a chunk at a time and only as fast as they are asked for.
struct LocalFileBytes: AsyncSequence, Sendable {
    let file: DiskFile
    let range: Range<Int>
    let threads: NIOThreadPool

    func makeAsyncIterator() -> Iterator {
        Iterator(file: file, threads: threads, position: range.lowerBound, end: range.upperBound)
    }

    struct Iterator: AsyncIteratorProtocol {
        let file: DiskFile
        let threads: NIOThreadPool
        var position: Int
        let end: Int

        mutating func next() async throws -> ByteBuffer? {
            guard position < end else { return nil }
            let (offset, count) = (position, Swift.min(LocalFileStore.chunk, end - position))
            let chunk = try await threads.runIfActive { [file] in
                var buffer = ByteBufferAllocator().buffer(capacity: count)
                try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: space.prefix(count)), at: offset)
                }
                return buffer
            }
            guard chunk.readableBytes > 0 else {
                throw FileStoreError.unavailable("the file was truncated while it was read")
            }
            position += chunk.readableBytes
            return chunk
        }
    }
}
