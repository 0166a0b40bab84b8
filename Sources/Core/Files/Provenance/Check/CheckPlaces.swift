import Synchronization

/// Which files are being checked on this node. Anybody may send one, so a network has few places, and all networks
/// together have a bounded number: each file that arrives takes room on the disk for so long.
final class CheckPlaces: Sendable {
    private let perNetwork: Int
    private let limit: Int
    private let taken = Mutex(KeyedCounts<String>())

    init(perNetwork: Int, limit: Int) {
        self.perNetwork = perNetwork
        self.limit = limit
    }

    /// A place, which is free again when nobody refers to it any more.
    func take(for network: String) throws(CheckError) -> Place {
        let isFree = taken.withLock { taken in
            taken.total < limit && taken.add(network, atMost: perNetwork)
        }
        guard isFree else { throw .tooManyAtOnce }
        return Place { [weak self] in self?.taken.withLock { $0.remove(network) } }
    }

    final class Place: Sendable {
        private let leave: @Sendable () -> Void

        fileprivate init(leave: @escaping @Sendable () -> Void) {
            self.leave = leave
        }

        deinit { leave() }
    }
}
