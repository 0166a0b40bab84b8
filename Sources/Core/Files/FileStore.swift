package import NIOCore

/// Where files lie: the seam between the product and a disk or an object store. It knows keys and bytes, and nothing of
/// accounts, rows or types.
///
/// A file is stored in two phases, `receive` and `publish`. Between them the caller checks what has arrived and
/// registers the key, so that a crash leaves no file that nothing refers to. A caller that receives a file either
/// publishes it or, when anything fails, discards it:
///
///     let file = try await store.receive(parts, limit: limit)
///     do {
///         let key = try await register(file)
///         try await store.publish(file, as: key)
///     } catch {
///         await store.discard(file)
///         throw error
///     }
package protocol FileStore: Sendable {
    /// Takes in `parts` without holding them in memory. Nobody can see the file before it is published. If `parts`
    /// throw, or have more than `limit` bytes, nothing is left; the limit is checked while they arrive.
    func receive<Parts: AsyncSequence<ByteBuffer, any Error>>(_ parts: Parts, limit: Int) async throws -> IncomingFile

    /// Gives a received file its key. When this returns, the bytes and the key are durable. A file that has this key
    /// already is replaced at once. If this throws, the file has to be discarded; it may have been published all the
    /// same.
    @discardableResult
    func publish(_ file: IncomingFile, as key: StorageKey) async throws -> StoredFile

    /// Removes a received file that will not be published. Does so when the task has been cancelled, too; has no effect
    /// on a file that was published or discarded. What cannot be removed now, `removeAbandoned` removes later.
    func discard(_ file: IncomingFile) async

    /// All bytes of a received file, which is not published yet. For files that are small enough to be held.
    func bytes(of file: IncomingFile) async throws -> [UInt8]

    /// - Parameter range: The bytes wanted; nil means all. It must lie within the file.
    func open(_ key: StorageKey, range: Range<Int>?) async throws -> OpenedFile

    /// Returns nil if there is no such file.
    func size(of key: StorageKey) async throws -> Int?

    /// Has no effect if there is no such file.
    func delete(_ key: StorageKey) async throws

    /// Removes what a crash left of files that were neither published nor discarded, if they began before `instant`.
    func removeAbandoned(before instant: Instant) async throws -> Int

    /// Writes, reads and removes a small file; throws what went wrong. Returns a sentence for `doctor`.
    func check() async throws -> String
}

/// A file that has been received and not yet published.
package struct IncomingFile: Sendable {
    /// Where the bytes lie. Means something to the store that received them and to nobody else: a path, for example, or
    /// the id of an upload that is not completed.
    package let location: String
    package let size: Int
    /// In hex.
    package let sha256: String
    /// Its first bytes, at most `headLimit`: enough to find a picture's size behind its metadata.
    package let head: [UInt8]

    static let headLimit = 1 << 20
    /// Its last bytes, at most `tailLimit`: whether a picture has its end.
    package let tail: [UInt8]

    static let tailLimit = 1 << 10

    package init(location: String, size: Int, sha256: String, head: [UInt8], tail: [UInt8]) {
        self.location = location
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

/// An open file: it can be read to its end even if it is deleted meanwhile.
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
