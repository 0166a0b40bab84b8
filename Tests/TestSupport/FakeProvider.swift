package import Core
import Foundation
import Synchronization

/// A provider inside the test: it stores the requests that it receives and responds correctly. Failures are ordered
/// beforehand.
package final class FakeProvider: Provider {
    /// A request that it received.
    package struct Request: Sendable {
        package let id: String
        package let submission: Submission
        package var state: State

        /// The token in its webhook's address.
        package var token: String {
            submission.webhookURL.split(separator: "/").last.map(String.init) ?? ""
        }

        package enum State: Sendable, Hashable {
            case queued, running, delivered(files: Int, flagged: Int), failed(ProviderFailure), dropped
        }
    }

    /// What happens to a submission.
    package enum Behavior: Sendable {
        case accept
        /// Accepted, but the response never arrives.
        case acceptSilently
        case refuse(ProviderFailure)
        /// Not accepted, and no response.
        case vanish
    }

    private struct State {
        var submissions: [Submission] = []
        var whileSubmitting: @Sendable (Request) async -> Void = { _ in }
        var pollResponse: PollResult?
        var requests: [Request] = []
        var behaviors: [Behavior] = []
        var cancels: [String] = []
        var cancelResponse = CancelResult.dropped
        var whileCancelling: @Sendable (String) async -> Void = { _ in }
        var polls = 0
    }

    private let state = Mutex(State())
    package let name: ProviderName
    package let concurrency: Int
    package let webhookTimeout: Duration = .seconds(120)

    package init(name: ProviderName = "fake", concurrency: Int = 100) {
        self.name = name
        self.concurrency = concurrency
    }

    package var requests: [Request] { state.withLock { $0.requests } }
    /// Everything that was sent, including what was not accepted.
    package var submissions: [Submission] { state.withLock { $0.submissions } }
    package var polls: Int { state.withLock { $0.polls } }
    package var cancels: [String] { state.withLock { $0.cancels } }

    /// For the next submissions, one each; after them everything is accepted.
    package func behave(_ behaviors: Behavior...) {
        behave(behaviors)
    }

    package func behave(_ behaviors: [Behavior]) {
        state.withLock { $0.behaviors = behaviors }
    }

    package func respondToCancels(with response: CancelResult) {
        state.withLock { $0.cancelResponse = response }
    }

    /// The response to every poll, until it is nil again.
    package func respondToPolls(with response: PollResult?) {
        state.withLock { $0.pollResponse = response }
    }

    /// What happens between accepting a request and responding to its submission.
    package func whileSubmitting(_ body: @escaping @Sendable (Request) async -> Void) {
        state.withLock { $0.whileSubmitting = body }
    }

    /// What happens between a cancel's effect and its response; it receives the request's id.
    package func whileCancelling(_ body: @escaping @Sendable (String) async -> Void) {
        state.withLock { $0.whileCancelling = body }
    }

    /// Ends one request.
    package func finish(_ id: String) {
        state.withLock { state in
            guard let index = state.requests.firstIndex(where: { $0.id == id }),
                [.queued, .running].contains(state.requests[index].state)
            else { return }
            let asked = Int(state.requests[index].submission.input["num_images"]?.integer ?? 1)
            state.requests[index].state = .delivered(files: asked, flagged: 0)
        }
    }

    /// Ends every request that has not ended, each with as many files as it requested.
    package func finishAll(flagged: Int = 0, missing: Int = 0) {
        state.withLock { state in
            for index in state.requests.indices {
                guard [.queued, .running].contains(state.requests[index].state) else { continue }
                let asked = Int(state.requests[index].submission.input["num_images"]?.integer ?? 1)
                state.requests[index].state = .delivered(files: asked - missing, flagged: flagged)
            }
        }
    }

    package func failAll(_ failure: ProviderFailure) {
        state.withLock { state in
            for index in state.requests.indices where [.queued, .running].contains(state.requests[index].state) {
                state.requests[index].state = .failed(failure)
            }
        }
    }

    package func forgetAll() {
        state.withLock { $0.requests = [] }
    }

    /// The webhook that a real provider would send for a request that has ended.
    package func webhook(_ request: Request, user: String = "us") -> ReceivedWebhook {
        let payload = FakeProvider.payload(request.state) ?? .null
        return ReceivedWebhook(
            headers: ["request": request.id, "user": user], body: Array(payload.text.utf8))
    }

    package func submit(_ submission: Submission) async -> SubmissionResult {
        let (behavior, request, hook) = state.withLock { state in
            state.submissions.append(submission)
            let behavior = state.behaviors.isEmpty ? .accept : state.behaviors.removeFirst()
            let id = "request-\(state.requests.count + 1)-\(UUID().uuidString)"
            let request = Request(id: id, submission: submission, state: .queued)
            if case .accept = behavior { state.requests.append(request) }
            if case .acceptSilently = behavior { state.requests.append(request) }
            return (behavior, request, state.whileSubmitting)
        }
        await hook(request)
        // A caller that was cancelled does not receive the response.
        if Task.isCancelled { return .noResponse("the connection was closed") }
        switch behavior {
        case .accept: return .accepted(requestID: request.id, queuePosition: 0)
        case .acceptSilently: return .noResponse("the response was lost")
        case .refuse(let failure): return .refused(failure)
        case .vanish: return .noResponse("nothing came back")
        }
    }

    package func poll(_ reference: ProviderReference) async -> PollResult {
        state.withLock { state in
            state.polls += 1
            if let response = state.pollResponse { return response }
            guard let request = state.requests.first(where: { $0.id == reference.requestID }) else { return .notFound }
            if let payload = FakeProvider.payload(request.state) { return .ended(payload) }
            return .running(ProviderProgress(percent: 40, logs: ["working"]))
        }
    }

    package func cancel(_ reference: ProviderReference) async -> CancelResult {
        let (result, hook) = state.withLock { state in
            state.cancels.append(reference.requestID)
            guard let index = state.requests.firstIndex(where: { $0.id == reference.requestID }) else {
                return (CancelResult.notFound, state.whileCancelling)
            }
            if state.cancelResponse == .dropped { state.requests[index].state = .dropped }
            return (state.cancelResponse, state.whileCancelling)
        }
        await hook(reference.requestID)
        return result
    }

    package func pollInterval(after polls: Int) -> Duration { .seconds(2) }

    package func outcome(of payload: JSON) -> ProviderOutcome {
        if let files = payload["files"]?.array {
            return .delivered(
                files.map { ProviderFile(url: $0["url"]?.string ?? "", isFlagged: $0["flagged"]?.bool ?? false) },
                seed: payload["seed"]?.string.flatMap { UInt64($0) })
        }
        return .failed(ProviderFailure(
            ProviderFailure.Code(rawValue: payload["code"]?.string ?? "") ?? .failed, payload["message"]?.string ?? "",
            isTransient: payload["transient"]?.bool ?? false))
    }

    package func verify(_ webhook: ReceivedWebhook) async throws(WebhookRefusal) -> VerifiedWebhook {
        guard let request = webhook.headers["request"], let payload = try? JSON(parsing: webhook.body) else {
            throw .malformed
        }
        guard webhook.headers["signature"] != "forged" else { throw .badSignature }
        return VerifiedWebhook(
            requestID: request, userID: webhook.headers["user"], payload: payload,
            needsPoll: webhook.headers["needs-poll"] != nil)
    }

    /// A picture of one red pixel.
    package static let picture =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJ"
        + "RU5ErkJggg=="

    private static func payload(_ state: Request.State) -> JSON? {
        switch state {
        case .queued, .running: nil
        case .delivered(let files, let flagged):
            ["files": .array((0..<files).map { ["url": .string(picture), "flagged": .bool($0 < flagged)] })]
        case .failed(let failure):
            [
                "code": .string(failure.code.rawValue), "message": .string(failure.message),
                "transient": .bool(failure.isTransient),
            ]
        case .dropped:
            ["code": .string(ProviderFailure.Code.cancelled.rawValue), "message": "dropped", "transient": false]
        }
    }
}
