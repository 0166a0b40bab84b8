import Core
import Synchronization

/// Counts how often a submission was refused, by caller, app and input, for a minute, so that a fault can refuse the
/// first few and accept the next.
final class Refusals: Sendable {
    private struct Count {
        var refused: Int
        var forgetAt: Instant
    }

    private let counts = Mutex<[String: Count]>([:])
    private let limit = 10_000

    /// Returns whether to refuse the submission `key`: true for the first `times` calls, then false, and the count
    /// restarts.
    func refuses(_ key: String, times: Int, now: Instant) -> Bool {
        counts.withLock { counts in
            if counts.count > limit { counts = counts.filter { $0.value.forgetAt > now } }
            let before = counts[key].flatMap { $0.forgetAt > now ? $0.refused : nil } ?? 0
            guard before < times else {
                counts[key] = nil
                return false
            }
            counts[key] = Count(refused: before + 1, forgetAt: now + .seconds(60))
            return true
        }
    }
}
