@testable import Core
import Testing

struct RetryPolicyTests {
    private let policy = RetryPolicy()
    private let now = Instant(seconds: 1_000)
    private let busy = ProviderFailure(.rateLimited, "", isTransient: true)

    @Test(arguments: [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (1_000, 60)] as [(Int, Int64)])
    func `the wait doubles from two seconds up to a minute`(attempts: Int, seconds: Int64) {
        #expect(policy.delay(after: attempts, jitter: 0.5) == .seconds(seconds))
        #expect(policy.delay(after: attempts, jitter: 0) == .seconds(seconds) * 0.75)
        #expect(policy.delay(after: attempts, jitter: 1) == .seconds(seconds) * 1.25)
    }

    @Test func `there are four attempts, but only one for a permanent failure`() {
        let denied = ProviderFailure(.contentPolicy, "", isTransient: false)

        let isFollowed = (1...5).map {
            policy.nextAttempt(after: busy, attempts: $0, now: now, deadline: nil, jitter: 0.5) != nil
        }
        #expect(isFollowed == [true, true, true, false, false])
        #expect(policy.nextAttempt(after: denied, attempts: 1, now: now, deadline: nil, jitter: 0.5) == nil)
    }

    @Test func `a provider's Retry-After is used if it is longer`() {
        let patient = ProviderFailure(.rateLimited, "", isTransient: true, retryAfter: .seconds(30))
        let hasty = ProviderFailure(.rateLimited, "", isTransient: true, retryAfter: .zero)

        #expect(
            policy.nextAttempt(after: patient, attempts: 1, now: now, deadline: nil, jitter: 0.5) == now + .seconds(30))
        #expect(
            policy.nextAttempt(after: hasty, attempts: 1, now: now, deadline: nil, jitter: 0.5) == now + .seconds(2))
    }

    @Test func `no attempt is begun at or after the deadline`() {
        #expect(policy.nextAttempt(after: busy, attempts: 1, now: now, deadline: now + .seconds(2), jitter: 0.5) == nil)
        #expect(
            policy.nextAttempt(after: busy, attempts: 1, now: now, deadline: now + .milliseconds(2_001), jitter: 0.5)
                != nil)
    }
}
