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
        var requests: [Request] = []
        var behaviours: [Behaviour] = []
        var cancels: [String] = []
        var cancelAnswer = CancelAnswer.dropped
        var polls = 0
    }

    private let state = Mutex(State())
    package let name: ProviderName = "fake"
    package let concurrency: Int
    package let patience: Duration = .seconds(120)

    package init(concurrency: Int = 100) {
        self.concurrency = concurrency
    }

    package var requests: [Request] { state.withLock { $0.requests } }
    package var cancels: [String] { state.withLock { $0.cancels } }

    /// For the next submissions, one each; after them everything is accepted.
    package func behave(_ behaviours: Behaviour...) {
        state.withLock { $0.behaviours = behaviours }
    }

    package func answerCancels(with answer: CancelAnswer) {
        state.withLock { $0.cancelAnswer = answer }
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
        state.withLock { state in
            let behaviour = state.behaviours.isEmpty ? .accept : state.behaviours.removeFirst()
            let id = "request-\(state.requests.count + 1)-\(UUID().uuidString)"
            switch behaviour {
            case .accept, .acceptSilently:
                state.requests.append(Request(id: id, submission: submission, state: .queued))
                if case .acceptSilently = behaviour { return .noAnswer("the answer was lost") }
                return .accepted(requestID: id, queuePosition: 0)
            case .refuse(let failure): return .refused(failure)
            case .vanish: return .noAnswer("nothing came back")
            }
        }
    }

    package func poll(_ reference: ProviderReference) async -> PollAnswer {
        state.withLock { state in
            state.polls += 1
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
        return VerifiedWebhook(requestID: request, userID: webhook.headers["user"], words: words, needsPoll: false)
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
