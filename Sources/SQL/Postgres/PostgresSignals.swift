import Foundation
import Synchronization

/// What processes tell each other by PostgreSQL's LISTEN and NOTIFY, on a connection and a thread of its own.
///
/// Nothing is told inside the transaction that has something to tell: a commit with a notification in it waits for every
/// other such commit, its sync included. What is told within a few milliseconds goes out as one, in a transaction that
/// writes nothing and so syncs nothing.
final class PostgresSignals: Sendable {
    private struct State {
        var words: Set<String> = []
        var isStarted = false
        var isClosed = false
    }

    /// Stands for all that was too much to be told one by one.
    private static let anything = "*"
    private static let limit = 4096
    /// Between two notifications of this process.
    private static let pause = Duration.milliseconds(10)

    private let url: String
    private let bell = ThreadBell()
    private let state = Mutex(State())

    init(url: String) {
        self.url = url
    }

    /// Begins to listen, and to tell what was and will be said. A second time it does nothing.
    func start(_ hear: @escaping @Sendable (Heard) -> Void) {
        let isFirst = state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted && !state.isClosed
        }
        guard isFirst else { return }
        let thread = Thread { [self] in run(hear) }
        thread.name = "darkroom.signals"
        thread.start()
    }

    func tell(_ word: String) {
        let isFirst = state.withLock { state in
            guard state.isStarted, !state.isClosed else { return false }
            if state.words.count >= PostgresSignals.limit { state.words = [PostgresSignals.anything] }
            state.words.insert(word)
            return state.words.count == 1
        }
        if isFirst { bell.ring() }
    }

    /// The thread ends by itself, a moment later.
    func close() {
        state.withLock { $0.isClosed = true }
        bell.ring()
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func run(_ hear: @Sendable (Heard) -> Void) {
        var failures = 0
        while !isClosed {
            if let connection = PostgresSignalConnection(url: url) {
                failures = 0
                // Nobody knows what was said before.
                hear(.anything)
                converse(connection, hear)
            } else {
                failures += 1
                bell.wait(.milliseconds(min(100 << min(failures, 6), 5000)), orReadable: nil)
            }
        }
    }

    /// Until the connection is lost.
    private func converse(_ connection: PostgresSignalConnection, _ hear: @Sendable (Heard) -> Void) {
        var nextAt = ContinuousClock.now
        while !isClosed {
            let wait = nextAt - ContinuousClock.now
            if wait <= .zero, let words = takeWords() {
                guard connection.send(words) else { return putBack(words) }
                nextAt = .now + PostgresSignals.pause
            }
            guard let heard = connection.receive() else { return }
            if heard.contains(PostgresSignals.anything) {
                hear(.anything)
            } else if !heard.isEmpty {
                hear(.words(heard))
            }
            let isWaiting = state.withLock { !$0.words.isEmpty }
            bell.wait(isWaiting ? max(wait, .milliseconds(1)) : .seconds(1), orReadable: connection.socket)
        }
    }

    private func takeWords() -> [String]? {
        state.withLock { state in
            defer { state.words = [] }
            return state.words.isEmpty ? nil : Array(state.words)
        }
    }

    private func putBack(_ words: [String]) {
        state.withLock { $0.words.formUnion(words) }
    }
}
