import SQL

/// A point in time: milliseconds since 1970 in UTC, as every table stores it.
package struct Instant: Sendable, Hashable, Comparable, RawRepresentable, SQLConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package var milliseconds: Int64 { rawValue }

    /// Whole seconds since 1970, as tokens and signed links count.
    package var seconds: Int64 { rawValue / 1000 }

    package init(seconds: Int64) {
        rawValue = seconds.multiplied(clamped: 1000)
    }

    /// Later than any time that is stored.
    package static let distantFuture = Instant(rawValue: .max)

    package static func < (one: Instant, other: Instant) -> Bool { one.rawValue < other.rawValue }

    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(rawValue: instant.rawValue.adding(clamped: duration.milliseconds))
    }

    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(rawValue: instant.rawValue.subtracting(clamped: duration.milliseconds))
    }

    package static func - (one: Instant, other: Instant) -> Duration {
        .milliseconds(one.rawValue.subtracting(clamped: other.rawValue))
    }
}

extension Duration {
    package var milliseconds: Int64 {
        components.seconds.multiplied(clamped: 1000)
            .adding(clamped: components.attoseconds / 1_000_000_000_000_000)
    }
}

/// What time it is and how to wait, so that a test can control both.
package struct Time: Sendable {
    package var now: @Sendable () -> Instant
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(now: @escaping @Sendable () -> Instant, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.now = now
        self.sleep = sleep
    }
}
