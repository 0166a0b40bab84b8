import Core
import HTTPTypes
import Synchronization

/// Who may read what takes much of the database at the same time: so many on this node, and one of each account.
/// Others are refused and not queued, since a queue of them would be the same load.
final class Turns: Sendable {
    private let limit: Int
    private let running = Mutex<Set<ID<Account>?>>([])

    /// - Parameter limit: On this node.
    init(_ limit: Int) {
        self.limit = limit
    }

    /// A turn, which lasts until nobody refers to it any more.
    ///
    /// - Parameter account: The one that asks; nil if the whole installation is read.
    func take(for account: ID<Account>?) throws(APIError) -> Turn {
        let isFree = running.withLock { $0.count < limit && $0.insert(account).inserted }
        guard isFree else {
            throw APIError(
                .tooManyRequests, "rate_limited",
                "Another request of this kind is running. Try again when it has finished.", retryAfter: .seconds(2))
        }
        return Turn { [weak self] in _ = self?.running.withLock { $0.remove(account) } }
    }

    @discardableResult
    func callAsFunction<Value>(for account: ID<Account>?, _ body: () async throws -> Value) async throws -> Value {
        let turn = try take(for: account)
        defer { withExtendedLifetime(turn) {} }
        return try await body()
    }

    final class Turn: Sendable {
        private let giveBack: @Sendable () -> Void

        fileprivate init(giveBack: @escaping @Sendable () -> Void) {
            self.giveBack = giveBack
        }

        deinit { giveBack() }
    }
}
