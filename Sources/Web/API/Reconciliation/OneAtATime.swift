import Synchronization

/// Lets one caller in, and refuses those who come meanwhile rather than have them wait: what it does is too much for the
/// database to be done twice at once.
package final class OneAtATime: Sendable {
    private let isTaken = Mutex(false)

    package init() {}

    /// - Throws: `refusal` where somebody is in.
    package func callAsFunction<Value>(orThrow refusal: any Error, _ body: () async throws -> Value) async throws -> Value {
        let isFree = isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
        guard isFree else { throw refusal }
        defer { isTaken.withLock { $0 = false } }
        return try await body()
    }
}
