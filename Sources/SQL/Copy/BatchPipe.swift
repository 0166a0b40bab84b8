import Dispatch
import Synchronization

/// Passes batches from the thread that reads them to the thread that writes them: a few at a time, so that neither runs
/// ahead. Both block, which the threads of databases may.
final class BatchPipe<Batch: Sendable>: Sendable {
    private struct State {
        var batches: [Batch] = []
        var isWhole = false
        var isLeft = false
    }

    /// The other side ended before its work was done, and reports the reason itself.
    struct Broken: Error {}

    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)

    /// A semaphore must not end below the value that it began with, so it begins with zero and the room is added.
    init(room: Int = 4) {
        for _ in 0..<room { self.room.signal() }
    }

    func send(_ batch: Batch) throws {
        room.wait()
        let isLeft = state.withLock { state in
            if !state.isLeft { state.batches.append(batch) }
            return state.isLeft
        }
        if isLeft { throw Broken() }
        filled.signal()
    }

    /// Nothing more is sent: everything was sent, or something went wrong.
    func finish(isWhole: Bool) {
        state.withLock { $0.isWhole = isWhole }
        filled.signal()
    }

    /// After the end: whether everything was sent.
    var isWhole: Bool { state.withLock { $0.isWhole } }

    /// Returns the next batch, or nil at the end.
    func next() -> Batch? {
        filled.wait()
        let batch = state.withLock { $0.batches.isEmpty ? nil : $0.batches.removeFirst() }
        if batch != nil { room.signal() }
        return batch
    }

    /// Nothing more is accepted: the sender stops.
    func leave() {
        state.withLock { state in
            state.isLeft = true
            state.batches = []
        }
        room.signal()
    }
}
