@testable import Core
import Testing

struct RetryPolicyTests {
    private let policy = RetryPolicy()
    private let now = Instant(seconds: 1_000)

    @Test(arguments: [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (1_000, 60)] as [(Int, Int64)])
    func `the wait doubles from two seconds up to a minute`(attempts: Int, seconds: Int64) {
        #expect(policy.delay(after: attempts, jitter: 0.5) == .seconds(seconds))
        #expect(policy.delay(after: attempts, jitter: 0) == .seconds(seconds) * 0.75)
        #expect(policy.delay(after: attempts, jitter: 1) == .seconds(seconds) * 1.25)
    }

    @Test func `there are four attempts`() {
        #expect((1...5).map { next(after: $0) != nil } == [true, true, true, false, false])
    }

    @Test func `a provider's wish to wait counts where it is longer`() {
        #expect(next(after: 1, retryAfter: .seconds(30)) == now + .seconds(30))
        #expect(next(after: 1, retryAfter: .zero) == now + .seconds(2))
    }

    @Test func `no attempt begins at or after the deadline`() {
        #expect(next(after: 1, deadline: now + .seconds(2)) == nil)
        #expect(next(after: 1, deadline: now + .milliseconds(2_001)) != nil)
    }

    @Test func `a provider's wish counts beyond the longest wait, but not beyond the deadline`() {
        #expect(next(after: 1, retryAfter: .seconds(600)) == now + .seconds(600))
        #expect(next(after: 1, retryAfter: .seconds(600), deadline: now + .seconds(600)) == nil)
        #expect(next(after: 4, retryAfter: .seconds(600)) == nil)
    }

    @Test func `an attempt that was not counted waits as after the first`() {
        #expect(policy.delay(after: 0, jitter: 0.5) == .seconds(2))
        #expect(policy.delay(after: -1, jitter: 0.5) == .seconds(2))
    }

    @Test func `a policy of one attempt has no second, and one with a long first delay is bounded too`() {
        let once = RetryPolicy(maximumAttempts: 1)
        let slow = RetryPolicy(firstDelay: .seconds(90), maximumDelay: .seconds(60))

        #expect(once.nextAttempt(after: 1, retryAfter: nil, now: now, deadline: nil, jitter: 0) == nil)
        #expect(slow.delay(after: 1, jitter: 0.5) == .seconds(60))
    }

    private func next(after attempts: Int, retryAfter: Duration? = nil, deadline: Instant? = nil) -> Instant? {
        policy.nextAttempt(after: attempts, retryAfter: retryAfter, now: now, deadline: deadline, jitter: 0.5)
    }
}
