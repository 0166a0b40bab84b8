import Core
import Synchronization

/// Takes on whatever it is sent and has done it already: what is left is the product's own work.
struct NoOpProvider: Provider {
    let name: ProviderName = "no-op"
    let concurrency = 1000
    let webhookTimeout: Duration = .seconds(60)

    private static let words: JSON = ["files": 1]

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        // Its webhook's address is an attempt's own.
        .ended(requestID: String(submission.webhookURL.suffix(64)), words: Self.words)
    }

    func poll(_ reference: ProviderReference) async -> PollAnswer { .ended(Self.words) }
    func cancel(_ reference: ProviderReference) async -> CancelAnswer { .tooLate }
    func pollInterval(after polls: Int) -> Duration { .zero }
    func outcome(of words: JSON) -> ProviderOutcome { .delivered([ProviderFile(url: "no-op:", isFlagged: false)]) }

    func verify(_ webhook: ReceivedWebhook) async throws(WebhookRefusal) -> VerifiedWebhook { throw .malformed }
}
