import Synchronization

/// How many addresses this node fetches at once, in all and for one account: each holds a connection, and a slow host
/// holds it for as long as it may.
final class FetchPlaces: Sendable {
    static let perAccount = 8
    static let inAll = 32

    private struct State {
        var counts: [ID<Account>: Int] = [:]
        var total = 0
    }

    private let state = Mutex(State())

    /// A place, until nobody refers to it any more.
    func take(for account: ID<Account>) throws -> Place {
        let refusal: (any Error)? = state.withLock { state in
            guard state.counts[account, default: 0] < Self.perAccount else {
                return AssetError.tooManyAtOnce(limit: Self.perAccount)
            }
            guard state.total < Self.inAll else { return FetchError.busy }
            state.counts[account, default: 0] += 1
            state.total += 1
            return nil
        }
        if let refusal { throw refusal }
        return Place { [weak self] in self?.leave(account) }
    }

    private func leave(_ account: ID<Account>) {
        state.withLock { state in
            let left = state.counts[account, default: 1] - 1
            state.counts[account] = left > 0 ? left : nil
            state.total -= 1
        }
    }

    final class Place: Sendable {
        private let leave: @Sendable () -> Void

        fileprivate init(leave: @escaping @Sendable () -> Void) {
            self.leave = leave
        }

        deinit { leave() }
    }
}
