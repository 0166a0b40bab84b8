/// Who makes images. A provider knows nothing of accounts, credits or the database: it is asked to do something and
/// returns what happened, and never throws, since what to do about a failure is for the caller to decide.
package protocol Provider: Sendable {
    /// As stored on attempts.
    var name: ProviderName { get }
    /// The most attempts that may be under way at once.
    var concurrency: Int { get }
    /// How long an attempt whose submission got no response waits for its webhook.
    var webhookTimeout: Duration { get }

    /// Sends the work once. It is never repeated here: providers have no idempotency key.
    func submit(_ submission: Submission) async -> SubmissionResult
    func poll(_ reference: ProviderReference) async -> PollResult
    func cancel(_ reference: ProviderReference) async -> CancelResult
    /// How long to wait before asking again, after so many polls.
    func pollInterval(after polls: Int) -> Duration
    /// Returns what the provider's stored payload means. Pure: it can be asked again years later.
    func outcome(of payload: JSON) -> ProviderOutcome
    /// Returns what a webhook says if it is the provider's; throws why it is not.
    func verify(_ webhook: ReceivedWebhook) async throws(WebhookRefusal) -> VerifiedWebhook
}

package struct Submission: Sendable, Hashable {
    package let endpoint: EndpointID
    package let input: JSON
    /// Where the provider sends the result.
    package let webhookURL: String

    package init(endpoint: EndpointID, input: JSON, webhookURL: String) {
        self.endpoint = endpoint
        self.input = input
        self.webhookURL = webhookURL
    }
}

/// A submission as the provider knows it.
package struct ProviderReference: Sendable, Hashable {
    package let endpoint: EndpointID
    package let requestID: String

    package init(endpoint: EndpointID, requestID: String) {
        self.endpoint = endpoint
        self.requestID = requestID
    }
}

package enum SubmissionResult: Sendable, Hashable {
    case accepted(requestID: String, queuePosition: Int?)
    /// Done already, well or not, as with providers whose response is the result: the payload to store, for
    /// `outcome(of:)`.
    case ended(requestID: String, payload: JSON)
    /// Surely not accepted.
    case refused(ProviderFailure)
    /// It may have been accepted, or not: a timeout, a broken connection, a response that makes no sense.
    case noResponse(String)
}

package enum PollResult: Sendable, Hashable {
    case running(ProviderProgress)
    /// Ended, well or not: the payload to store, for `outcome(of:)`.
    case ended(JSON)
    case notFound
    /// Nothing was learned; ask again, not before `retryAfter` if the provider says so.
    case unavailable(String, retryAfter: Duration?)
    /// A response that asking again will hardly change: our key is refused, or nobody can read it. The webhook may
    /// still bring the result, and what stands between may be at fault: the attempt ends with this failure after
    /// `timeout` of such responses in a row.
    case unusable(ProviderFailure, timeout: Duration)
}

package struct ProviderProgress: Sendable, Hashable {
    static let highestQueuePosition = 1_000_000

    /// 0 to a million, whatever the provider says.
    package let queuePosition: Int?
    /// 0 to 100, if the provider says so.
    package let percent: Int?
    /// The last lines, oldest first.
    package let logs: [String]
    /// A state that is not known here. The provider says that the work goes on, and not how.
    package let unknownState: String?

    package init(
        queuePosition: Int? = nil, percent: Int? = nil, logs: [String] = [], unknownState: String? = nil
    ) {
        self.queuePosition = queuePosition.map { min(max($0, 0), Self.highestQueuePosition) }
        self.percent = percent.map { min(max($0, 0), 100) }
        self.logs = logs
        self.unknownState = unknownState
    }
}

package enum CancelResult: Sendable, Hashable {
    /// It will not run, and no webhook will come.
    case dropped
    /// It was asked to stop; it may end either way.
    case requested
    case tooLate
    case notFound
    case unavailable(String)
}

package enum ProviderOutcome: Sendable, Hashable {
    /// - Parameter seed: By which the same can be made again, if the provider says so.
    case delivered([ProviderFile], seed: UInt64? = nil)
    case failed(ProviderFailure)
}

/// A file that a provider made, at an address of its own that will not last.
package struct ProviderFile: Sendable, Hashable {
    package let url: String
    /// The provider found it unsafe; it is not delivered, and not charged.
    package let isFlagged: Bool

    package init(url: String, isFlagged: Bool) {
        self.url = url
        self.isFlagged = isFlagged
    }
}

package struct ProviderFailure: Error, Sendable, Hashable {
    /// Stable: the reason is shown to the person who asked by it.
    package enum Code: String, Sendable {
        case contentPolicy = "content_policy"
        case invalidInput = "invalid_input"
        case rateLimited = "provider_busy"
        case unavailable = "provider_unavailable"
        case failed = "provider_error"
        /// Our key is wrong, or our account there is empty or locked: for the operator to correct.
        case misconfigured = "provider_misconfigured"
        case cancelled = "provider_cancelled"
    }

    package let code: Code
    /// The provider's own message.
    package let message: String
    package let isTransient: Bool
    package let retryAfter: Duration?

    package init(_ code: Code, _ message: String, isTransient: Bool, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.isTransient = isTransient
        self.retryAfter = retryAfter
    }
}
