import Synchronization

/// Write closures that wait for a connection, in the order they came. Bounded: past the limit a write fails as `busy`.
final class WriteQueue: Sendable {
    private struct State {
        var waiting: [PendingWrite] = []
        var isDraining = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let batchLimit: Int

    init(limit: Int = 20_000, batchLimit: Int = 32) {
        self.limit = limit
        self.batchLimit = batchLimit
    }

    /// True when the caller must start draining; false when somebody is at it, or the write was refused.
    func add(_ write: PendingWrite) -> Bool {
        let (mustDrain, refusal) = state.withLock { state -> (Bool, DatabaseError?) in
            if state.isClosed { return (false, DatabaseError(.unavailable, "the database is closed")) }
            if state.waiting.count >= limit { return (false, DatabaseError(.busy, "too many writes are waiting")) }
            state.waiting.append(write)
            defer { state.isDraining = true }
            return (!state.isDraining, nil)
        }
        if let refusal { write.fail(refusal) }
        return mustDrain
    }

    /// The next batch, or nothing, in which case draining has ended and the next `add` says to start again.
    func next() -> [PendingWrite] {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(batchLimit))
            state.waiting.removeFirst(batch.count)
            if batch.isEmpty { state.isDraining = false }
            return batch
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
    }
}
