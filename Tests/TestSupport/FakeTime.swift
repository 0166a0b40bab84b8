package import Core
import Synchronization

/// A clock that stands still until a test moves it. Sleepers wake when it has passed their time.
package final class FakeTime: Sendable {
    private struct State {
        var now: Instant
        var sleepers: [Int: (until: Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var next = 0
    }

    private let state: Mutex<State>

    /// - Parameter now: Some day in 2026, for tests in which it does not matter.
    package init(now: Instant = Instant(seconds: 1_780_000_000)) {
        state = Mutex(State(now: now))
    }

    package var time: Time {
        Time(now: { self.now }, sleep: { try await self.sleep($0) })
    }

    package var now: Instant {
        get { state.withLock { $0.now } }
        set { move(to: newValue) }
    }

    /// Waits until this many sleepers wait for it to move on.
    package func sleepers(_ count: Int = 1) async {
        while state.withLock({ $0.sleepers.count }) < count { await Task.yield() }
    }

    package func advance(by duration: Duration) {
        move(to: now + duration)
    }

    private func move(to instant: Instant) {
        let woken = state.withLock { state in
            state.now = instant
            let due = state.sleepers.filter { $0.value.until <= instant }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    private func sleep(_ duration: Duration) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isDue = state.withLock { state in
                    if Task.isCancelled || duration <= .zero { return true }
                    state.sleepers[id] = (state.now + duration, continuation)
                    return false
                }
                if isDue { continuation.resume(with: Task.isCancelled ? .failure(CancellationError()) : .success(())) }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
