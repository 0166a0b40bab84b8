package import Core
package import NIOCore

/// A store for tests that does some things in its own way, and leaves everything else to the store that it wraps.
package protocol StoreWrapper: FileStore {
    var store: LocalFileStore { get }
}

extension StoreWrapper {
    package func receive<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, limit: Int
    ) async throws -> IncomingFile {
        try await store.receive(parts, limit: limit)
    }

    @discardableResult
    package func publish(_ file: IncomingFile, as key: StorageKey) async throws -> StoredFile {
        try await store.publish(file, as: key)
    }

    package func open(_ key: StorageKey, range: Range<Int>?) async throws -> OpenedFile {
        try await store.open(key, range: range)
    }

    package func bytes(of file: IncomingFile) async throws -> [UInt8] { try await store.bytes(of: file) }
    package func discard(_ file: IncomingFile) async { await store.discard(file) }
    package func size(of key: StorageKey) async throws -> Int? { try await store.size(of: key) }
    package func delete(_ key: StorageKey) async throws { try await store.delete(key) }
    package func check() async throws -> String { try await store.check() }

    package func removeAbandoned(before instant: Instant) async throws -> Int {
        try await store.removeAbandoned(before: instant)
    }
}
