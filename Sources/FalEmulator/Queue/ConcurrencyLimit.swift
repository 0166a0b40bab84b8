import Synchronization

/// How much of something bounded is in use.
final class ConcurrencyLimit: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    init(_ limit: Int) {
        self.limit = limit
    }

    var free: Int { taken.withLock { max(0, limit - $0) } }

    func take() { taken.withLock { $0 += 1 } }

    func leave() { taken.withLock { $0 -= 1 } }
}
