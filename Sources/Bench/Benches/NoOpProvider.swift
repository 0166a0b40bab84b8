import Core
import Synchronization

/// Accepts every request and has completed it already: what is left is the product's own work.
struct NoOpProvider: Provider {
    let name: ProviderName = "no-op"
    let concurrency = 1000
    let webhookTimeout: Duration = .seconds(60)

    private static let payload: JSON = ["files": 1]

    func submit(_ submission: Submission) async -> SubmissionResult {
        // Its webhook's address is an attempt's own.
        .ended(requestID: String(submission.webhookURL.suffix(64)), payload: Self.payload)
    }

    func poll(_ reference: ProviderReference) async -> PollResult { .ended(Self.payload) }
    func cancel(_ reference: ProviderReference) async -> CancelResult { .tooLate }
    func pollInterval(after polls: Int) -> Duration { .zero }
    func outcome(of payload: JSON) -> ProviderOutcome { .delivered([ProviderFile(url: "no-op:", isFlagged: false)]) }

    func verify(_ webhook: ReceivedWebhook) async throws(WebhookRefusal) -> VerifiedWebhook { throw .malformed }
}
