import Synchronization

/// What all connections of an engine know of the server: whether it is worth trying to reach it. While it is
/// unavailable, one of them at a time tries, after a pause that grows; the first to reach it opens the way for all.
final class PostgresReach: Sendable {
    private struct State {
        var failures = 0
        /// So that the failure of an attempt that began before the server was back does not count.
        var successes = 0
        var retryAt = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// Runs an attempt, or returns nil if it is too early for one.
    func trying<Value>(_ connect: () throws(DatabaseError) -> Value) throws(DatabaseError) -> Value? {
        guard let before = begin() else { return nil }
        do throws(DatabaseError) {
            let value = try connect()
            state.withLock { ($0.failures, $0.successes) = (0, $0.successes + 1) }
            return value
        } catch {
            failed(since: before)
            throw error
        }
    }

    private func begin() -> Int? {
        state.withLock { state in
            guard state.failures > 0 else { return state.successes }
            guard ContinuousClock.now >= state.retryAt else { return nil }
            state.retryAt = .now + PostgresReach.pause(after: state.failures)
            return state.successes
        }
    }

    private func failed(since before: Int) {
        state.withLock { state in
            guard state.successes == before else { return }
            state.failures += 1
            state.retryAt = .now + PostgresReach.pause(after: state.failures)
        }
    }

    private static func pause(after failures: Int) -> Duration {
        .milliseconds(min(50 << min(failures, 6), 2000))
    }
}
