import Synchronization

/// Holds every caller until it is opened, so that a test can act between two steps of another task.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var held: [CheckedContinuation<Void, Never>] = []
        var arrived = 0
        var expecting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func pass() async {
        arrive()
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.held.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Counts as an arrival, without being held.
    package func arrive() {
        let met = state.withLock { state in
            state.arrived += 1
            let met = state.expecting.filter { $0.count <= state.arrived }.map(\.continuation)
            state.expecting.removeAll { $0.count <= state.arrived }
            return met
        }
        for continuation in met { continuation.resume() }
    }

    package func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Waits until this many have arrived.
    package func arrivals(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                if state.arrived < count { state.expecting.append((count, continuation)) }
                return state.arrived >= count
            }
            if isMet { continuation.resume() }
        }
    }
}
