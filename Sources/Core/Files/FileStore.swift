package import NIOCore

/// Where files lie: the seam between the product and a disk or an object store. It knows keys and bytes, and nothing of
/// accounts, rows or types.
package protocol FileStore: Sendable {
    /// Takes `parts` in without holding them in memory, then asks `name` what the file shall be called. Until `name` has
    /// answered nobody can see the file; where it throws, or the parts do, or there are more than `limit` bytes, nothing
    /// is left. When this returns the bytes are durable. Storing under a key that exists replaces it at once.
    func store<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, limit: Int, as name: (IncomingFile) async throws -> StorageKey
    ) async throws -> StoredFile

    /// - Parameter range: The bytes wanted; nothing means all. It must lie within the file.
    func open(_ key: StorageKey, range: Range<Int>?) async throws -> OpenedFile

    /// Nothing where there is no such file.
    func size(of key: StorageKey) async throws -> Int?

    /// Also right where there is no such file.
    func delete(_ key: StorageKey) async throws

    /// Removes what a crash left of files that were never named, if it began before `instant`.
    func removeAbandoned(before instant: Instant) async throws -> Int

    /// Writes, reads and removes a small file; throws what went wrong. Answers a sentence for `doctor`.
    func check() async throws -> String
}

/// A file that has arrived and has no name yet.
package struct IncomingFile: Sendable {
    package let size: Int
    /// In hex.
    package let sha256: String
    /// Its first bytes, at most `headLimit`: enough to find a picture's size behind its metadata.
    package let head: [UInt8]

    package static let headLimit = 1 << 20
    /// Its last bytes, at most `tailLimit`: whether a picture has its end.
    package let tail: [UInt8]

    package static let tailLimit = 1 << 10

    package init(size: Int, sha256: String, head: [UInt8], tail: [UInt8]) {
        self.size = size
        self.sha256 = sha256
        self.head = head
        self.tail = tail
    }
}

package struct StoredFile: Sendable, Hashable {
    package let key: StorageKey
    package let size: Int
    package let sha256: String

    package init(key: StorageKey, size: Int, sha256: String) {
        self.key = key
        self.size = size
        self.sha256 = sha256
    }
}

/// A file held open: it can be read to its end even when it is deleted meanwhile.
package struct OpenedFile: Sendable {
    /// Of the whole file, whatever range was asked.
    package let size: Int
    package let bytes: any AsyncSequence<ByteBuffer, any Error> & Sendable

    package init(size: Int, bytes: any AsyncSequence<ByteBuffer, any Error> & Sendable) {
        self.size = size
        self.bytes = bytes
    }
}

package enum FileStoreError: Error, Sendable, Hashable {
    case notFound
    case tooLarge(limit: Int)
    /// No room left, or no right to write.
    case full(String)
    case unavailable(String)
}
