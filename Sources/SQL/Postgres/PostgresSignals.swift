import Foundation
import Synchronization

/// Notifications between processes by PostgreSQL's LISTEN and NOTIFY, on a connection and a thread of its own.
///
/// No notification is sent inside the transaction that causes it: a commit with a notification in it waits for every
/// other such commit, its sync included. Notifications within a few milliseconds are sent as one, in a transaction that
/// writes nothing and so syncs nothing.
final class PostgresSignals: Sendable {
    private struct State {
        var messages: Set<String> = []
        var isStarted = false
        var isClosed = false
    }

    /// Replaces the notifications if there are too many to send one by one.
    private static let anything = "*"
    private static let limit = 4096
    /// Between two notifications of this process.
    private static let pause = Duration.milliseconds(10)

    private let url: String
    private let bell = ThreadSignal()
    private let state = Mutex(State())

    init(url: String) {
        self.url = url
    }

    /// Begins to listen, and to send notifications. A second call does nothing.
    func start(_ receive: @escaping @Sendable (DatabaseNotification) -> Void) {
        let isFirst = state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted && !state.isClosed
        }
        guard isFirst else { return }
        let thread = Thread { [self] in run(receive) }
        thread.name = "darkroom.signals"
        thread.start()
    }

    func notify(_ payload: String) {
        let isFirst = state.withLock { state in
            guard state.isStarted, !state.isClosed else { return false }
            if state.messages.count >= PostgresSignals.limit { state.messages = [PostgresSignals.anything] }
            state.messages.insert(payload)
            return state.messages.count == 1
        }
        if isFirst { bell.ring() }
    }

    /// The thread ends by itself, a moment later.
    func close() {
        state.withLock { $0.isClosed = true }
        bell.ring()
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func run(_ receive: @Sendable (DatabaseNotification) -> Void) {
        var failures = 0
        while !isClosed {
            if let connection = PostgresSignalConnection(url: url) {
                failures = 0
                // What was sent before is unknown.
                receive(.anything)
                converse(connection, receive)
            } else {
                failures += 1
                bell.wait(.milliseconds(min(100 << min(failures, 6), 5000)), orReadable: nil)
            }
        }
    }

    /// Until the connection is lost.
    private func converse(_ connection: PostgresSignalConnection, _ receive: @Sendable (DatabaseNotification) -> Void) {
        var nextAt = ContinuousClock.now
        while !isClosed {
            let wait = nextAt - ContinuousClock.now
            if wait <= .zero, let messages = takeMessages() {
                guard connection.send(messages) else { return putBack(messages) }
                nextAt = .now + PostgresSignals.pause
            }
            guard let received = connection.receive() else { return }
            if received.contains(PostgresSignals.anything) {
                receive(.anything)
            } else if !received.isEmpty {
                receive(.payloads(received))
            }
            let isWaiting = state.withLock { !$0.messages.isEmpty }
            bell.wait(isWaiting ? max(wait, .milliseconds(1)) : .seconds(1), orReadable: connection.socket)
        }
    }

    private func takeMessages() -> [String]? {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages.isEmpty ? nil : Array(state.messages)
        }
    }

    private func putBack(_ messages: [String]) {
        state.withLock { $0.messages.formUnion(messages) }
    }
}
