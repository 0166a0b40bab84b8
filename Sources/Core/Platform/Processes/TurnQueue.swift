import Synchronization

/// So many at once, and the others one after the other in the order in which they came. Only so many may wait.
package final class TurnQueue: Sendable {
    /// Too many wait already.
    package struct Full: Error, Sendable, Hashable {
        package init() {}
    }

    private struct State {
        var free: Int
        var next = 0
        var waiting: [(id: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private let state: Mutex<State>
    private let mostWaiting: Int

    package init(atOnce: Int, mostWaiting: Int) {
        state = Mutex(State(free: atOnce))
        self.mostWaiting = mostWaiting
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` when it is its turn. Throws `Full`, or `CancellationError` if the caller is cancelled while it
    /// waits; then `body` is not run.
    package func take<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await wait()
        defer { pass() }
        return try await body()
    }

    private func wait() async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    // Cancelled before this line, it would never be found by the handler below.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.free > 0 {
                        state.free -= 1
                        return .success(())
                    }
                    if state.waiting.count >= mostWaiting { return .failure(Full()) }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let cancelled = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            cancelled?.resume(throwing: CancellationError())
        }
    }

    private func pass() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume()
    }
}
