import Synchronization

/// The port that a listener got, for those who started it on any.
final class SandboxAddress: Sendable {
    private struct State {
        var port: Int?
        var waiting: [Int: CheckedContinuation<Int, any Error>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    func set(_ port: Int) {
        let waiting = state.withLock { state in
            state.port = port
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: port) }
    }

    /// Waits until there is one, unless cancelled: it may be that nothing will ever listen.
    func port() async throws -> Int {
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
