import Synchronization

/// The previews that this process is making, so that others who need one of them wait for it.
final class PreviewsUnderWay: Sendable {
    enum Turn: Sendable, Hashable {
        /// The caller makes it, and calls `end`.
        case begun
        /// Somebody makes it already: see `wait`.
        case isUnderWay
        /// So many are being made.
        case tooMany
    }

    private struct State {
        /// By asset, those who wait for it.
        var waiting: [ID<Asset>: [Int: CheckedContinuation<Void, Never>]] = [:]
        var waiters = 0
        var next = 0
    }

    private let mostWaiters: Int
    private let state = Mutex(State())

    init(mostWaiters: Int = 64) {
        self.mostWaiters = mostWaiters
    }

    /// How many wait now.
    var waiters: Int { state.withLock { $0.waiters } }

    /// - Parameter limit: How many may be under way with this one; nil if the caller has a limit of its own.
    func begin(_ asset: ID<Asset>, atMost limit: Int? = nil) -> Turn {
        state.withLock { state in
            if state.waiting[asset] != nil { return .isUnderWay }
            if let limit, state.waiting.count >= limit { return .tooMany }
            state.waiting[asset] = [:]
            return .begun
        }
    }

    func end(_ asset: ID<Asset>) {
        let waiting = state.withLock { state in
            let waiting = state.waiting.removeValue(forKey: asset) ?? [:]
            state.waiters -= waiting.count
            return waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Returns when the preview is no longer being made, or when the task is cancelled. Throws `PreviewError.busy` if
    /// too many wait.
    func wait(for asset: ID<Asset>) async throws {
        let number = try state.withLock { state in
            guard state.waiters < mostWaiters else { throw PreviewError.busy }
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGo = state.withLock { state in
                    guard state.waiting[asset] != nil, !Task.isCancelled else { return true }
                    state.waiting[asset]?[number] = continuation
                    state.waiters += 1
                    return false
                }
                if mayGo { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let continuation = state.waiting[asset]?.removeValue(forKey: number)
                if continuation != nil { state.waiters -= 1 }
                return continuation
            }
            continuation?.resume()
        }
        try Task.checkCancellation()
    }
}
