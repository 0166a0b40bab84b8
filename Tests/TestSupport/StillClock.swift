package import Core
import Synchronization

/// A clock that moves only when a test says so. Who sleeps by it sleeps until cancelled.
package final class StillClock: Sendable {
    private let instant = Mutex(Instant(seconds: 1_800_000_123))

    package init() {}

    package var now: Instant {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }

    package var time: Time {
        Time(now: { self.now }, sleep: { _ in try await Self.sleepUntilCancelled() })
    }

    private static func sleepUntilCancelled() async throws {
        let (stream, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        try Task.checkCancellation()
    }
}
