import Synchronization

/// Writes that wait for a connection, in the order they came. Bounded: past the limit a write fails as `busy`.
final class WriteQueue: Sendable {
    /// Writes of the same kind may share a batch.
    private enum Kind: Hashable {
        case sharing
        case alone
        case set(ObjectIdentifier)
    }

    private struct Arrival {
        let number: Int
        let write: PendingWrite
    }

    private struct State {
        /// The queues that are not empty.
        var lines: [Kind: Line<Arrival>] = [:]
        var count = 0
        /// How many batches of a set are under way.
        var underWay: [Kind: Int] = [:]
        var arrivals = 0
        var drainers = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let batchLimit: Int
    private let drainerLimit: Int
    private let sharesAll: Bool

    /// - Parameters:
    ///   - drainers: How many connections may work on it at once.
    ///   - sharesAll: If there is one writer, no other can hold a row: then all writes share transactions.
    init(limit: Int = 20_000, batchLimit: Int = 32, drainers: Int = 1, sharesAll: Bool = false) {
        self.limit = limit
        self.batchLimit = batchLimit
        self.sharesAll = sharesAll
        drainerLimit = drainers
    }

    /// Returns true if the caller must start draining; false if enough drainers are active, or the write was refused.
    func add(_ write: PendingWrite) -> Bool {
        let (mustDrain, refusal) = state.withLock { state -> (Bool, DatabaseError?) in
            if state.isClosed { return (false, WriteQueue.closed) }
            if state.count >= limit { return (false, DatabaseError(.busy, "too many writes are waiting")) }
            state.arrivals += 1
            let arrival = Arrival(number: state.arrivals, write: write)
            let kind = kind(of: write)
            state.lines[kind, default: Line()].add(arrival)
            state.count += 1
            guard state.drainers < drainerLimit, isReady(kind, in: state) else { return (false, nil) }
            state.drainers += 1
            return (true, nil)
        }
        if let refusal { write.fail(refusal) }
        return mustDrain
    }

    private func kind(of write: PendingWrite) -> Kind {
        if write.order == .alone, !sharesAll { return .alone }
        return write.member.map { .set($0.set) } ?? .sharing
    }

    /// Returns the next batch. If it is empty, this drainer's work has ended and an `add` may ask for another drainer.
    ///
    /// The write that has waited longest decides the kind: no kind of write waits for another to run dry.
    ///
    /// - Parameter done: The batch that this drainer processed before.
    func next(after done: [PendingWrite] = []) -> [PendingWrite] {
        state.withLock { state in
            if let kind = done.first.map(kind(of:)), let count = state.underWay[kind] {
                state.underWay[kind] = count > 1 ? count - 1 : nil
            }
            let ready = state.lines.filter { isReady($0.key, in: state) }
            guard let kind = ready.min(
                by: { ($0.value.first?.number ?? .max) < ($1.value.first?.number ?? .max) })?.key,
                let batch = state.lines[kind]?.take(kind == .alone ? 1 : batchLimit)
            else {
                state.drainers -= 1
                return []
            }
            if state.lines[kind]?.first == nil { state.lines[kind] = nil }
            state.count -= batch.count
            if case .set = kind { state.underWay[kind, default: 0] += 1 }
            return batch.map(\.write)
        }
    }

    /// A set has a second batch under way only if that one is full: many small ones side by side cost several times
    /// what the same items cost together, since most of a batch's cost is that of its statements.
    private func isReady(_ kind: Kind, in state: State) -> Bool {
        guard case .set = kind, state.underWay[kind] != nil else { return true }
        return (state.lines[kind]?.count ?? 0) >= batchLimit
    }

    /// Why writes are refused, once the queue is closed.
    var refusal: DatabaseError? {
        state.withLock { $0.isClosed ? WriteQueue.closed : nil }
    }

    func close() {
        state.withLock { $0.isClosed = true }
    }

    private static let closed = DatabaseError(.unavailable, "the database is closed")
}
