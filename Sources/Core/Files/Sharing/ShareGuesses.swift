import Synchronization

/// Counts the links that open nothing, by the network that tries them: on each node, in memory, as a stranger's request
/// should write nothing. A link counts once however often it is followed, so that a link which ended does not lock out
/// the people whom it was sent to.
final class ShareGuesses: Sendable {
    static let limit = 60
    static let window = Duration.seconds(600)
    /// More networks than that are not remembered: then all are forgotten.
    static let mostNetworks = 4096

    private struct State {
        var endsAt = Instant(rawValue: .min)
        /// The links' hashes.
        var tried: [String: Set<Int>] = [:]
    }

    private let state = Mutex(State())

    /// Returns how long to wait if the network has tried too many.
    func refusal(of network: String, now: Instant) -> Duration? {
        state.withLock { state in
            guard now < state.endsAt, let tried = state.tried[network], tried.count >= Self.limit else { return nil }
            return state.endsAt - now
        }
    }

    func count(_ link: String, from network: String, now: Instant) {
        let network = network.beginning(bytes: 64)
        state.withLock { state in
            if now >= state.endsAt { state = State(endsAt: now + Self.window) }
            if state.tried[network] == nil, state.tried.count >= Self.mostNetworks { state.tried = [:] }
            guard state.tried[network, default: []].count < Self.limit else { return }
            state.tried[network, default: []].insert(link.hashValue)
        }
    }
}
