package import Core
package import NIOCore
import Synchronization

/// A store that notes which files are opened, and lets a test act before a file is opened or published.
package struct WatchedStore: StoreWrapper {
    package enum Call: Sendable, Hashable {
        case open(StorageKey)
        case publish(StorageKey)
    }

    package let store: LocalFileStore
    private let before: @Sendable (Call) async throws -> Void
    private let noted = Calls()

    package init(_ store: LocalFileStore, before: @escaping @Sendable (Call) async throws -> Void = { _ in }) {
        self.store = store
        self.before = before
    }

    /// In their order.
    package var opened: [StorageKey] {
        noted.all.withLock { $0 }.compactMap { if case .open(let key) = $0 { key } else { nil } }
    }

    @discardableResult
    package func publish(_ file: IncomingFile, as key: StorageKey) async throws -> StoredFile {
        try await meet(.publish(key))
        return try await store.publish(file, as: key)
    }

    package func open(_ key: StorageKey, range: Range<Int>?) async throws -> OpenedFile {
        try await meet(.open(key))
        return try await store.open(key, range: range)
    }

    private func meet(_ call: Call) async throws {
        noted.all.withLock { $0.append(call) }
        try await before(call)
    }

    private final class Calls: Sendable {
        let all = Mutex<[Call]>([])
    }
}
