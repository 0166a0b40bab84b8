package import NIOCore
import Synchronization

/// How many connections are open, in all and by network, and how many there may be. All listeners of a process share
/// one, since they share its open files.
package final class ConnectionLimits: Sendable {
    /// What a process has open besides: databases, logs, what it listens on, requests to providers.
    private static let reserve = 160
    /// More take memory that nobody asked for.
    private static let most = 20_000

    /// In all.
    package let total: Int
    /// From one network: an IPv4 address, or the first 64 bits of an IPv6 address.
    package let perNetwork: Int
    private let isExempt: @Sendable (SocketAddress) -> Bool
    private let state = Mutex(State())

    private struct State {
        var open = 0
        var networks: [Network: Int] = [:]
    }

    /// - Parameters:
    ///   - openFiles: The limit of the process. A connection may need two: itself, and a file that it sends or stores.
    ///   - perNetwork: At most half of all, so that one network never has them all.
    ///   - isExempt: Whether an address speaks for many networks, as a proxy does.
    package init(
        openFiles: Int, perNetwork: Int = 2_000, isExempt: @escaping @Sendable (SocketAddress) -> Bool = { _ in false }
    ) {
        total = max(16, min((openFiles - ConnectionLimits.reserve) / 2, ConnectionLimits.most))
        self.perNetwork = max(1, min(perNetwork, total / 2))
        self.isExempt = isExempt
    }

    package var open: Int { state.withLock { $0.open } }

    /// A connection that may go on. Nil if there are too many. `release` ends it.
    func admit(_ address: SocketAddress?) -> Admission? {
        let network = address.flatMap { isExempt($0) ? nil : Network($0) }
        return state.withLock { state in
            guard state.open < total else { return nil }
            if let network {
                guard state.networks[network, default: 0] < perNetwork else { return nil }
                state.networks[network, default: 0] += 1
            }
            state.open += 1
            return Admission(network: network)
        }
    }

    func release(_ admission: Admission) {
        state.withLock { state in
            state.open -= 1
            guard let network = admission.network, let count = state.networks[network] else { return }
            state.networks[network] = count > 1 ? count - 1 : nil
        }
    }

    struct Admission: Sendable {
        fileprivate let network: Network?
    }

    /// What one client is likely to control.
    fileprivate enum Network: Sendable, Hashable {
        case v4(UInt32)
        case v6(UInt64)

        /// Nil for a socket of this machine, which has no address.
        init?(_ address: SocketAddress) {
            let bytes = address.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)) }
            let word = { (range: Range<Int>) in bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
            switch address {
            case .v4: self = .v4(UInt32(word(4..<8)))
            // An IPv4 address, as a socket for both versions shows it.
            case .v6 where word(8..<16) == 0 && word(16..<20) == 0xFFFF: self = .v4(UInt32(word(20..<24)))
            case .v6: self = .v6(word(8..<16))
            case .unixDomainSocket: return nil
            }
        }
    }
}
