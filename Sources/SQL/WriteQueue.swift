import Synchronization

/// Write closures that wait for a connection, in the order they came. Bounded: past the limit a write fails as `busy`.
final class WriteQueue: Sendable {
    private struct State {
        var waiting: [PendingWrite] = []
        var drainers = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let batchLimit: Int
    private let drainerLimit: Int

    /// - Parameter drainers: How many connections may work on it at once.
    init(limit: Int = 20_000, batchLimit: Int = 32, drainers: Int = 1) {
        self.limit = limit
        self.batchLimit = batchLimit
        drainerLimit = drainers
    }

    /// True when the caller must start draining; false when enough are at it, or the write was refused.
    func add(_ write: PendingWrite) -> Bool {
        let (mustDrain, refusal) = state.withLock { state -> (Bool, DatabaseError?) in
            if state.isClosed { return (false, WriteQueue.closed) }
            if state.waiting.count >= limit { return (false, DatabaseError(.busy, "too many writes are waiting")) }
            state.waiting.append(write)
            guard state.drainers < drainerLimit else { return (false, nil) }
            state.drainers += 1
            return (true, nil)
        }
        if let refusal { write.fail(refusal) }
        return mustDrain
    }

    /// The next batch, or nothing, in which case this drainer's work has ended and an `add` may ask for another.
    func next() -> [PendingWrite] {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(batchLimit))
            state.waiting.removeFirst(batch.count)
            if batch.isEmpty { state.drainers -= 1 }
            return batch
        }
    }

    /// Why nothing is taken any more, once it is closed.
    var refusal: DatabaseError? {
        state.withLock { $0.isClosed ? WriteQueue.closed : nil }
    }

    func close() {
        state.withLock { $0.isClosed = true }
    }

    private static let closed = DatabaseError(.unavailable, "the database is closed")
}
