package import Core
package import NIOCore

/// A store whose disk is full, which receives nothing, or whose deletions fail; everything else is done by the store
/// that it wraps.
package struct FaultyStore: StoreWrapper {
    package let store: LocalFileStore
    private let refusesBytes: Bool
    private let refusesDeletes: Bool
    private let receivesNothing: Bool

    package init(
        _ store: LocalFileStore, refusesBytes: Bool = false, refusesDeletes: Bool = false,
        receivesNothing: Bool = false
    ) {
        self.store = store
        self.receivesNothing = receivesNothing
        self.refusesBytes = refusesBytes
        self.refusesDeletes = refusesDeletes
    }

    package func receive<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, limit: Int
    ) async throws -> IncomingFile {
        if receivesNothing { throw FileStoreError.full("nothing was to be received") }
        return try await store.receive(parts, limit: limit)
    }

    @discardableResult
    package func publish(_ file: IncomingFile, as key: StorageKey) async throws -> StoredFile {
        if refusesBytes { throw FileStoreError.full("no space left on device") }
        return try await store.publish(file, as: key)
    }

    package func delete(_ key: StorageKey) async throws {
        if refusesDeletes { throw FileStoreError.unavailable("the disk does not respond") }
        try await store.delete(key)
    }
}
