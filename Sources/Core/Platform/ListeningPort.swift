import Synchronization

/// The port that a server got from the system, for callers that started it on any free one.
package final class ListeningPort: Sendable {
    private struct State {
        var port: Int?
        var waiting: [Int: CheckedContinuation<Int, any Error>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func set(_ port: Int) {
        let waiting = state.withLock { state in
            state.port = port
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: port) }
    }

    /// Waits until the port is known, unless cancelled: the server may never start to listen.
    package func number() async throws -> Int {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Int, any Error>? = state.withLock { state in
                    if let port = state.port { return .success(port) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume(throwing: CancellationError())
        }
    }
}
