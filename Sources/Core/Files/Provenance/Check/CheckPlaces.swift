import Synchronization

/// Which files are being checked on this node. Anybody may send one, so a network has few places, and all networks
/// together have a bounded number: each file that arrives takes room on the disk for so long.
final class CheckPlaces: Sendable {
    private let perNetwork: Int
    private let limit: Int
    private let taken = Mutex<[String: Int]>([:])

    init(perNetwork: Int, limit: Int) {
        self.perNetwork = perNetwork
        self.limit = limit
    }

    /// A place, which is free again when nobody refers to it any more.
    func take(for network: String) throws(CheckError) -> Place {
        let isFree = taken.withLock { taken in
            guard taken.values.reduce(0, +) < limit, taken[network, default: 0] < perNetwork else { return false }
            taken[network, default: 0] += 1
            return true
        }
        guard isFree else { throw .tooManyAtOnce }
        return Place { [weak self] in self?.leave(network) }
    }

    private func leave(_ network: String) {
        taken.withLock { taken in
            taken[network, default: 1] -= 1
            if taken[network] == 0 { taken[network] = nil }
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
