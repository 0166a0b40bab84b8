import Synchronization

/// Wakes one loop of this process early from its sleep. A signal sent while nobody waits is remembered, once.
package final class Signal: Sendable {
    private struct State {
        var wasSent = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func send() {
        let sleeper = state.withLock { state in
            if state.sleeper == nil { state.wasSent = true }
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns when the signal is sent, when the duration has passed, or when the task is cancelled.
    package func wait(atMost duration: Duration, _ time: Time) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitUntilSent() }
            group.addTask {
                // A cancelled sleep ends the wait, too.
                do { try await time.sleep(duration) } catch {}
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitUntilSent() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGo = state.withLock { state in
                    if state.wasSent || Task.isCancelled {
                        state.wasSent = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if mayGo { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                defer { state.sleeper = nil }
                return state.sleeper
            }
            sleeper?.resume()
        }
    }
}
