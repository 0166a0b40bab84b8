import Synchronization

/// What pictures in hand may take together, such as bytes of memory. Who finds too little left waits in line; where the
/// line is too long, it is refused.
final class PictureBudget: Sendable {
    struct Exhausted: Error, Hashable {}

    private struct Waiter {
        let number: Int
        let amount: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var free: Int
        var lastNumber = 0
        var line: [Waiter] = []
    }

    private let total: Int
    private let mostWaiting: Int
    private let state: Mutex<State>

    init(_ total: Int, mostWaiting: Int) {
        self.total = total
        self.mostWaiting = mostWaiting
        state = Mutex(State(free: total))
    }

    /// How many are in the line.
    var waiting: Int { state.withLock { $0.line.count } }

    /// Runs `body` while `amount` is taken; of more than there is, all. Throws `Exhausted` where the line is too long.
    func hold<Value: Sendable>(_ amount: Int, _ body: () async throws -> Value) async throws -> Value {
        let amount = min(max(amount, 0), total)
        try await take(amount)
        defer { giveBack(amount) }
        return try await body()
    }

    private func take(_ amount: Int) async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(Waiter(number: number, amount: amount, continuation: continuation))
            }
        } onCancel: {
            leave(number)
        }
    }

    private func enter(_ waiter: Waiter) {
        let outcome: Result<Void, any Error>? = state.withLock { state in
            // Cancelled from here on, it is found in the line.
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.line.isEmpty, state.free >= waiter.amount {
                state.free -= waiter.amount
                return .success(())
            }
            guard state.line.count < mostWaiting else { return .failure(Exhausted()) }
            state.line.append(waiter)
            return nil
        }
        if let outcome { waiter.continuation.resume(with: outcome) }
    }

    private func leave(_ number: Int) {
        let (left, next) = state.withLock { state -> (Waiter?, [Waiter]) in
            guard let index = state.line.firstIndex(where: { $0.number == number }) else { return (nil, []) }
            return (state.line.remove(at: index), Self.next(&state))
        }
        left?.continuation.resume(throwing: CancellationError())
        for waiter in next { waiter.continuation.resume() }
    }

    private func giveBack(_ amount: Int) {
        let next = state.withLock { state in
            state.free += amount
            return Self.next(&state)
        }
        for waiter in next { waiter.continuation.resume() }
    }

    /// In their order: a large picture is not overtaken for ever by small ones.
    private static func next(_ state: inout State) -> [Waiter] {
        var next: [Waiter] = []
        while let first = state.line.first, first.amount <= state.free {
            state.free -= first.amount
            next.append(state.line.removeFirst())
        }
        return next
    }
}
