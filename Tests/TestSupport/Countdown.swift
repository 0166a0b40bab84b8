import Synchronization

/// Returns true a number of times, and then false.
package final class Countdown: Sendable {
    private let left: Mutex<Int>

    package init(_ count: Int) {
        left = Mutex(count)
    }

    package func hits() -> Bool {
        left.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
    }
}
