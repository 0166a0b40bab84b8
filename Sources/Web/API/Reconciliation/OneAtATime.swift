import Synchronization

/// Runs one call at a time and refuses other calls during it instead of queueing them: what it runs is too much load
/// for the database to run twice at once.
final class OneAtATime: Sendable {
    private let isRunning = Mutex(false)

    /// - Throws: `refusal` if another call is running.
    func callAsFunction<Value>(orThrow refusal: any Error, _ body: () async throws -> Value) async throws -> Value {
        let isFree = isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard isFree else { throw refusal }
        defer { isRunning.withLock { $0 = false } }
        return try await body()
    }
}
