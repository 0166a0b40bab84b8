import Crypto
import NIOCore
import NIOPosix

/// Writes the parts of one file as they come, counting and hashing them.
struct LocalFileWriter {
    private let file: DiskFile
    private let path: String
    private let threads: NIOThreadPool
    private let limit: Int
    private var gathered = ByteBuffer()
    private var hash = SHA256()
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private var size = 0

    init(file: DiskFile, path: String, threads: NIOThreadPool, limit: Int) {
        self.file = file
        self.path = path
        self.threads = threads
        self.limit = limit
    }

    mutating func write(_ part: ByteBuffer) async throws {
        size += part.readableBytes
        guard size <= limit else { throw FileStoreError.tooLarge(limit: limit) }
        head += part.bytes(first: IncomingFile.headLimit - head.count)
        tail = Array((tail + part.bytes(last: IncomingFile.tailLimit)).suffix(IncomingFile.tailLimit))
        gathered.writeImmutableBuffer(part)
        if gathered.readableBytes >= LocalFileStore.chunk { try await flush() }
    }

    /// The bytes are written, and durable only when the file is published: of many, another one takes the place.
    mutating func finish() async throws -> IncomingFile {
        try await flush()
        return IncomingFile(location: path, size: size, sha256: Hex.text(hash.finalize()), head: head, tail: tail)
    }

    private mutating func flush() async throws {
        guard gathered.readableBytes > 0 else { return }
        let bytes = gathered
        gathered = ByteBuffer()
        bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        try await threads.runIfActive { [file] in try bytes.withUnsafeReadableBytes { try file.write($0) } }
    }
}

extension ByteBuffer {
    /// Copied in one go: a view's slices are walked byte by byte.
    fileprivate func bytes(first count: Int) -> [UInt8] {
        getBytes(at: readerIndex, length: Swift.min(count, readableBytes)) ?? []
    }

    fileprivate func bytes(last count: Int) -> [UInt8] {
        let count = Swift.min(count, readableBytes)
        return getBytes(at: writerIndex - count, length: count) ?? []
    }
}
