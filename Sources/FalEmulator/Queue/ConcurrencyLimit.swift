import Synchronization

/// Counts how many of a limited number of slots are in use.
final class ConcurrencyLimit: Sendable {
    private let limit: Int
    private let used = Mutex(0)

    init(_ limit: Int) {
        self.limit = limit
    }

    var available: Int { used.withLock { max(0, limit - $0) } }

    func acquire() { used.withLock { $0 += 1 } }

    func release() { used.withLock { $0 -= 1 } }
}
