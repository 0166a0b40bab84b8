/// What can be made to go wrong, in the way of test card numbers: `sandbox:` and one of these names in a prompt.
package enum Fault: String, Sendable, Hashable, CaseIterable {
    /// In progress for so many seconds (10), with logs on the way. Takes no place from others.
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
    /// Completed, but its webhook never comes.
    case webhookLost = "webhook-lost"
    /// Its webhook comes twice.
    case webhookTwice = "webhook-twice"
    /// Its webhook comes before the submission is answered.
    case webhookFirst = "webhook-first"
    /// Its webhook is signed by a stranger's key.
    case webhookForged = "webhook-forged"
    /// Its webhook is signed an hour ago.
    case webhookStale = "webhook-stale"
    /// Its webhook is rightly signed, for another fal account.
    case webhookStranger = "webhook-stranger"
    /// Completed, but the links to its files answer 404.
    case deadLink = "dead-link"
    /// Completed, but the connection breaks half way through each file.
    case truncated
    /// Cannot be cancelled any more: 400, and it runs to its end.
    case cancelRefused = "cancel-refused"
    /// In progress for ever, unless cancelled.
    case never
    /// The submission is refused with 403: the account at the provider is out of money.
    case locked
    /// Accepted and worked on, but the connection is dropped without an answer.
    case noAnswer = "no-answer"
    /// Completed with an error of the runner: the result is 500.
    case error

    /// The number where a script gives none; nothing where none means "always" or "all".
    var defaultCount: Int? {
        switch self {
        case .slow, .queue: 10
        case .serverErrorThenOK: 1
        default: nil
        }
    }
}
