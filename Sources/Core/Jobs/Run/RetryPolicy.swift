/// Whether and when a failed attempt is followed by another: exponential backoff with jitter, bounded in number.
package struct RetryPolicy: Sendable {
    package let maximumAttempts: Int
    let firstDelay: Duration
    let maximumDelay: Duration

    package init(maximumAttempts: Int = 4, firstDelay: Duration = .seconds(2), maximumDelay: Duration = .seconds(60)) {
        self.maximumAttempts = maximumAttempts
        self.firstDelay = firstDelay
        self.maximumDelay = maximumDelay
    }

    /// Returns when the next attempt may start, or nil if there is to be none.
    ///
    /// - Parameters:
    ///   - attempts: How many there were.
    ///   - retryAfter: What the provider asked for.
    ///   - jitter: 0 to 1, spread evenly.
    package func nextAttempt(
        after attempts: Int, retryAfter: Duration?, now: Instant, deadline: Instant?, jitter: Double
    ) -> Instant? {
        guard attempts < maximumAttempts else { return nil }
        let delay = max(self.delay(after: attempts, jitter: jitter), retryAfter ?? .zero)
        let next = now + delay
        if let deadline, next >= deadline { return nil }
        return next
    }

    /// Three quarters to five quarters of firstDelay × 2^(attempts − 1), at most `maximumDelay`.
    package func delay(after attempts: Int, jitter: Double) -> Duration {
        let doublings = min(max(attempts - 1, 0), 20)
        let delay = min(firstDelay * (1 << doublings), maximumDelay)
        return delay * (0.75 + 0.5 * jitter)
    }
}
