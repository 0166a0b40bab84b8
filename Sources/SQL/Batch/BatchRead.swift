import Synchronization

/// A read that is done for many callers at once, by one set of statements: requests that arrive while one is under way
/// are served together by the next. A request never waits for others to arrive.
package final class BatchRead<Item: Sendable, Value: Sendable>: Sendable {
    /// A value for each item, in their order.
    package typealias Body = @Sendable (Transaction, [Item]) throws -> [Value]

    private enum Turn: Sendable {
        case returned(Result<Value, any Error>)
        /// This caller reads for those that wait.
        case reads
    }

    private struct Waiting: Sendable {
        let item: Item
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var waiting = Line<Waiting>()
        var isUnderWay = false
    }

    private let database: Database
    private let body: Body
    private let state = Mutex(State())
    private static var limit: Int { 32 }

    package init(_ database: Database, _ body: @escaping Body) {
        self.database = database
        self.body = body
    }

    package func callAsFunction(_ item: Item) async throws -> Value {
        let turn = await withCheckedContinuation { continuation in
            let reads = state.withLock { state in
                if state.isUnderWay { state.waiting.add(Waiting(item: item, continuation: continuation)) }
                defer { state.isUnderWay = true }
                return !state.isUnderWay
            }
            if reads { continuation.resume(returning: .reads) }
        }
        switch turn {
        case .returned(let result): return try result.get()
        case .reads: return try await read(item)
        }
    }

    private func read(_ item: Item) async throws -> Value {
        let others = state.withLock { $0.waiting.take(Self.limit - 1) }
        let items = [item] + others.map(\.item)
        let results: [Result<Value, any Error>]
        do {
            let values = try await database.readInline { [body] in try body($0, items) }
            precondition(values.count == items.count, "a set's body returns a value for each item")
            results = values.map { .success($0) }
        } catch {
            results = items.map { _ in .failure(error) }
        }
        passOn()
        for (other, result) in zip(others, results.dropFirst()) {
            other.continuation.resume(returning: .returned(result))
        }
        return try results[0].get()
    }

    private func passOn() {
        let next = state.withLock { state in
            let next = state.waiting.take(1).first
            state.isUnderWay = next != nil
            return next
        }
        next?.continuation.resume(returning: .reads)
    }
}
