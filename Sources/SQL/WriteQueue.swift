import Synchronization

/// Write closures that wait for a connection, in the order they came. Bounded: past the limit a write fails as `busy`.
final class WriteQueue: Sendable {
    private struct Arrival {
        let number: Int
        let write: PendingWrite
    }

    private struct State {
        var sharing = Line<Arrival>()
        var alone = Line<Arrival>()
        var arrivals = 0
        var drainers = 0
        var isClosed = false

        var count: Int { sharing.count + alone.count }
    }

    private let state = Mutex(State())
    private let limit: Int
    private let batchLimit: Int
    private let drainerLimit: Int
    private let sharesAll: Bool

    /// - Parameters:
    ///   - drainers: How many connections may work on it at once.
    ///   - sharesAll: Where there is one writer, nobody can hold a row against another: then all writes share.
    init(limit: Int = 20_000, batchLimit: Int = 32, drainers: Int = 1, sharesAll: Bool = false) {
        self.limit = limit
        self.batchLimit = batchLimit
        self.sharesAll = sharesAll
        drainerLimit = drainers
    }

    /// True when the caller must start draining; false when enough are at it, or the write was refused.
    func add(_ write: PendingWrite) -> Bool {
        let (mustDrain, refusal) = state.withLock { state -> (Bool, DatabaseError?) in
            if state.isClosed { return (false, WriteQueue.closed) }
            if state.count >= limit { return (false, DatabaseError(.busy, "too many writes are waiting")) }
            state.arrivals += 1
            let arrival = Arrival(number: state.arrivals, write: write)
            if write.order == .alone, !sharesAll { state.alone.add(arrival) } else { state.sharing.add(arrival) }
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
            let isAlonesTurn = (state.alone.first?.number ?? .max) < (state.sharing.first?.number ?? .max)
            let batch = isAlonesTurn ? state.alone.take(1) : state.sharing.take(batchLimit)
            if batch.isEmpty { state.drainers -= 1 }
            return batch.map(\.write)
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
