/// What can be made to go wrong, in the way of test card numbers: `sandbox:` and one of these names in a prompt.
package enum Fault: String, Sendable, Hashable, CaseIterable {
    /// In progress for so many seconds (10), with logs on the way. Does not count toward the concurrency limit.
    case slow
    /// Waits in the queue for so many seconds (10), as many requests ahead of it as seconds left.
    case queue
    /// The submission is refused with 429 and `Retry-After: 1`: so many times, or always.
    case tooMany = "429"
    /// The submission fails with 500, so many times (1); the next with the same input within a minute is accepted.
    case serverErrorThenOK = "500-then-ok"
    /// Accepted, then refused by the model's content policy: the result is 422.
    case policy
    /// Completed, but so many outputs (all) are black and flagged by the safety checker.
    case flagged
    /// Completed with half of the images that were asked for, rounded up.
    case partial
    /// Completed, but its webhook is never sent.
    case webhookLost = "webhook-lost"
    /// Its webhook is sent twice.
    case webhookTwice = "webhook-twice"
    /// Its webhook arrives before the response to the submission.
    case webhookFirst = "webhook-first"
    /// Its webhook is signed with a key that is not published.
    case webhookForged = "webhook-forged"
    /// Its webhook has a signature that is an hour old.
    case webhookStale = "webhook-stale"
    /// Its webhook is signed correctly, but for another fal account.
    case webhookStranger = "webhook-stranger"
    /// Completed, but the links to its files return 404.
    case deadLink = "dead-link"
    /// Completed, but the connection breaks half way through each file.
    case truncated
    /// Cannot be cancelled any more: 400, and it runs to its end.
    case cancelRefused = "cancel-refused"
    /// In progress forever, unless cancelled.
    case never
    /// The submission is refused with 403: the account at the provider is out of money.
    case locked
    /// Accepted and worked on, but the connection is dropped without a response.
    case noResponse = "no-answer"
    /// Completed with an error of the runner: the result is 500.
    case error

    /// The number if a script gives none; nil if that means "always" or "all".
    var defaultCount: Int? {
        switch self {
        case .slow, .queue: 10
        case .serverErrorThenOK: 1
        default: nil
        }
    }
}
