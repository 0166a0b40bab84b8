package import Core
import Foundation
import Synchronization

/// A provider inside the test: it keeps what it was sent and answers honestly of it. What goes wrong is asked of it
/// beforehand.
package final class FakeProvider: Provider {
    /// One thing that it was sent.
    package struct Request: Sendable {
        package let id: String
        package let submission: Submission
        package var state: State

        /// What its webhook is addressed to.
        package var token: String {
            submission.webhookURL.split(separator: "/").last.map(String.init) ?? ""
        }

        package enum State: Sendable, Hashable {
            case queued, running, delivered(files: Int, flagged: Int), failed(ProviderFailure), dropped
        }
    }

    /// What becomes of a submission.
    package enum Behaviour: Sendable {
        case accept
        /// Taken on, but the answer never arrives.
        case acceptSilently
        case refuse(ProviderFailure)
        /// Not taken on, and no answer.
        case vanish
    }

    private struct State {
        var submissions: [Submission] = []
        var whileSubmitting: @Sendable (Request) async -> Void = { _ in }
        var pollAnswer: PollAnswer?
        var requests: [Request] = []
        var behaviours: [Behaviour] = []
        var cancels: [String] = []
        var cancelAnswer = CancelAnswer.dropped
        var polls = 0
    }

    private let state = Mutex(State())
    package let name: ProviderName = "fake"
    package let concurrency: Int
    package let webhookTimeout: Duration = .seconds(120)

    package init(concurrency: Int = 100) {
        self.concurrency = concurrency
    }

    package var requests: [Request] { state.withLock { $0.requests } }
    /// All that was sent, also what was not taken on.
    package var submissions: [Submission] { state.withLock { $0.submissions } }
    package var polls: Int { state.withLock { $0.polls } }
    package var cancels: [String] { state.withLock { $0.cancels } }

    /// For the next submissions, one each; after them everything is accepted.
    package func behave(_ behaviours: Behaviour...) {
        behave(behaviours)
    }

    package func behave(_ behaviours: [Behaviour]) {
        state.withLock { $0.behaviours = behaviours }
    }

    package func answerCancels(with answer: CancelAnswer) {
        state.withLock { $0.cancelAnswer = answer }
    }

    /// What every poll is answered, until it is nothing again.
    package func answerPolls(with answer: PollAnswer?) {
        state.withLock { $0.pollAnswer = answer }
    }

    /// What happens between taking a request on and answering its submission.
    package func whileSubmitting(_ body: @escaping @Sendable (Request) async -> Void) {
        state.withLock { $0.whileSubmitting = body }
    }

    /// Ends one request.
    package func finish(_ id: String) {
        state.withLock { state in
            guard let index = state.requests.firstIndex(where: { $0.id == id }), [.queued, .running].contains(state.requests[index].state)
            else { return }
            let asked = Int(state.requests[index].submission.input["num_images"]?.integer ?? 1)
            state.requests[index].state = .delivered(files: asked, flagged: 0)
        }
    }

    /// Ends every request that has not ended, each with as many files as it was asked for.
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

    /// The webhook that the real one would send for a request that has ended.
    package func webhook(_ request: Request, user: String = "us") -> ReceivedWebhook {
        let words = FakeProvider.words(request.state) ?? .null
        return ReceivedWebhook(
            headers: ["request": request.id, "user": user], body: Array(words.text.utf8))
    }

    package func submit(_ submission: Submission) async -> SubmissionAnswer {
        let (behaviour, request, hook) = state.withLock { state in
            state.submissions.append(submission)
            let behaviour = state.behaviours.isEmpty ? .accept : state.behaviours.removeFirst()
            let id = "request-\(state.requests.count + 1)-\(UUID().uuidString)"
            let request = Request(id: id, submission: submission, state: .queued)
            if case .accept = behaviour { state.requests.append(request) }
            if case .acceptSilently = behaviour { state.requests.append(request) }
            return (behaviour, request, state.whileSubmitting)
        }
        await hook(request)
        // Whoever stops waiting does not hear the answer.
        if Task.isCancelled { return .noAnswer("the connection was closed") }
        switch behaviour {
        case .accept: return .accepted(requestID: request.id, queuePosition: 0)
        case .acceptSilently: return .noAnswer("the answer was lost")
        case .refuse(let failure): return .refused(failure)
        case .vanish: return .noAnswer("nothing came back")
        }
    }

    package func poll(_ reference: ProviderReference) async -> PollAnswer {
        state.withLock { state in
            state.polls += 1
            if let answer = state.pollAnswer { return answer }
            guard let request = state.requests.first(where: { $0.id == reference.requestID }) else { return .notFound }
            if let words = FakeProvider.words(request.state) { return .ended(words) }
            return .running(ProviderProgress(percent: 40, logs: ["working"]))
        }
    }

    package func cancel(_ reference: ProviderReference) async -> CancelAnswer {
        state.withLock { state in
            state.cancels.append(reference.requestID)
            guard let index = state.requests.firstIndex(where: { $0.id == reference.requestID }) else { return .notFound }
            if state.cancelAnswer == .dropped { state.requests[index].state = .dropped }
            return state.cancelAnswer
        }
    }

    package func pollInterval(after polls: Int) -> Duration { .seconds(2) }

    package func outcome(of words: JSON) -> ProviderOutcome {
        if let files = words["files"]?.array {
            return .delivered(files.map { ProviderFile(url: $0["url"]?.string ?? "", isFlagged: $0["flagged"]?.bool ?? false) })
        }
        return .failed(ProviderFailure(
            ProviderFailure.Code(rawValue: words["code"]?.string ?? "") ?? .failed, words["words"]?.string ?? "",
            isTransient: words["transient"]?.bool ?? false))
    }

    package func verify(_ webhook: ReceivedWebhook) async throws(WebhookRefusal) -> VerifiedWebhook {
        guard let request = webhook.headers["request"], let words = try? JSON(parsing: webhook.body) else { throw .malformed }
        guard webhook.headers["signature"] != "forged" else { throw .badSignature }
        return VerifiedWebhook(
            requestID: request, userID: webhook.headers["user"], words: words, needsPoll: webhook.headers["needs-poll"] != nil)
    }

    /// A picture of one red pixel.
    package static let picture =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="

    private static func words(_ state: Request.State) -> JSON? {
        switch state {
        case .queued, .running: nil
        case .delivered(let files, let flagged):
            ["files": .array((0..<files).map { ["url": .string(picture), "flagged": .bool($0 < flagged)] })]
        case .failed(let failure):
            ["code": .string(failure.code.rawValue), "words": .string(failure.words), "transient": .bool(failure.isTransient)]
        case .dropped: ["code": .string(ProviderFailure.Code.cancelled.rawValue), "words": "dropped", "transient": false]
        }
    }
}
